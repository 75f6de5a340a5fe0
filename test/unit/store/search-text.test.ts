// A cache whose search text an older version wrote, with letters as they came: renewed once, and only where it matters.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokensOf } from '../../../main/search/fold.ts';
import { createSearchStore } from '../../../main/store/search-store.ts';
import { renewSearchText } from '../../../main/store/search-text-renewal.ts';
import { openTestCache } from '../../support/cache.ts';
import { recordOf } from '../../support/decoded.ts';
import { agentRow } from '../../support/rows.ts';
import { useTempDir } from '../../support/temp-dir.ts';

test('text of an older version is renewed once; what is ASCII is left alone', () => {
  const cache = openTestCache(join(useTempDir(), 'cache.db'));
  const record = recordOf(agentRow());
  const ids = cache.saveAll([
    { ...record, key: 'a', csatFeedback: '退款请求 on the Straße' },
    { ...record, key: 'b', csatFeedback: 'plain words' },
    { ...record, key: 'c', lastIntentName: 'Größe ändern' },
    { ...record, key: 'd', userTags: [{ name: 'stufe', value: 'höchste' }] },
  ]);
  const find = (text: string): number[] =>
    Array.from(createSearchStore(cache.db).findText([{ words: tokensOf(text), isPrefix: false }]));
  // As it was written then; the plain one gets a word that only a renewal would take away.
  cache.db.exec('DELETE FROM conversation_text');
  const insert = cache.db.prepare('INSERT INTO conversation_text (rowid, feedback, ids) VALUES (?, ?, ?)');
  insert.run(ids[0], '退款请求 on the Straße', '');
  insert.run(ids[1], 'plain words untouched', '');
  insert.run(ids[2], '', 'Größe ändern');
  insert.run(ids[3], '', '');
  expect([find('款请'), find('strasse')]).toEqual([[], []]);
  renewSearchText(cache.db);
  expect([find('款请'), find('strasse'), find('grosse'), find('hochste')]).toEqual([
    [ids[0]],
    [ids[0]],
    [ids[2]],
    [ids[3]],
  ]);
  expect(find('untouched')).toEqual([ids[1]]);
  cache.db.prepare('DELETE FROM conversation_text WHERE rowid = ?').run(ids[0]);
  renewSearchText(cache.db);
  expect(find('strasse')).toEqual([]);
  cache.db.close();
});
