// Sample conversations for tests of the search.
import type { ConversationRecord } from '../../main/model.ts';
import { makeRows } from '../kore-server/generate.ts';
import { recordOf } from './decoded.ts';

/** Sample conversations, some of them with the texts that searches stumble over. */
export const makeSearchRecords = (count: number, endS: number): ConversationRecord[] => {
  const rows = makeRows({ seed: 21, count, days: 20, endS, asOfS: endS + 3600 });
  const odd: Partial<ConversationRecord>[] = [
    { csatFeedback: 'Crème brûlée für GROSSE Mühe: naïve coöperation' },
    { csatFeedback: 'AND OR NOT NEAR "quoted" (parens) col:umn star* ^caret' },
    { customerFirstName: 'Zoë', customerLastName: 'Ångström', customerEmail: 'zoe_100%@example.com' },
    { customerFirstName: 'Żaneta', customerLastName: "O'Brien-Smith", customerPhone: '+1 (555) 010-0123' },
    { dispositionRemarks: ['50% off', 'under_score', 'back\\slash'], dispositions: ['100% done', 'a_b'] },
    { csatFeedback: '退款请求 ok 🙂 返金をお願いします', userTags: [{ name: 'Überweisung', value: 'STRASSE 5' }] },
    { customerFirstName: '山田', customerLastName: '太郎', csatFeedback: 'ขอเงินคืนด้วยครับ' },
    { userId: 'user%1', channelSpecificUserId: 'chan_1', lastIntentName: 'Größe ändern' },
  ];
  return rows.map(({ v1, v2 }, index) => ({
    ...recordOf(index % 2 === 0 ? v2 : (v1 ?? v2)),
    ...(index % 9 === 0 ? odd[(index / 9) % odd.length] : {}),
  }));
};
