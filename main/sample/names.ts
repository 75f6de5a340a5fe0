// People, numbers and addresses of the sample contact centre. All plainly made up: telephone numbers come from the
// range 555-0100 to 555-0199 that the North American numbering plan keeps for fiction, addresses from example.com
// (RFC 2606) and from the documentation networks of RFC 5737. Imports random only.
import { hash32, Random } from './random.ts';

// biome-ignore format: a table reads better in rows
const firstNames = [
  'Avery', 'Blake', 'Casey', 'Devon', 'Emery', 'Finley', 'Gray', 'Harper', 'Indigo', 'Jules', 'Kendall', 'Logan',
  'Marlow', 'Noor', 'Oakley', 'Parker', 'Quinn', 'Rowan', 'Sasha', 'Tatum', 'Umber', 'Vesper', 'Winter', 'Xen',
  'Yael', 'Zephyr', 'Ariel', 'Brook', 'Cleo', 'Darcy', 'Ellis', 'Frankie', 'José', 'Zoë', 'Jürgen', 'Renée',
] as const;

const agentSurnames = [
  'Testwell',
  'Samplesson',
  'Mockridge',
  'Demoson',
  'Trialwood',
  'Fixturely',
  'Stubbing',
  'Draftley',
];
// biome-ignore format: a table reads better in rows
const customerSurnames = [
  'Placeholder', 'Exampleby', 'Specimenton', 'Dummywell', 'Fauxley', 'Pretendham', 'Modelsworth', 'Imaginer',
  'Inventia', 'Figmentson', 'Notreal', 'Madeupton', "O'Sample", 'Muñoz-Ejemplo', 'Beispielmann', 'Testová',
] as const;

const areaCodes = ['202', '212', '303', '312', '415', '503', '617', '713', '808', '919'] as const;

/** Lower-case ASCII for the local part of an address: "Zoë" becomes "zoe". */
const toLocalPart = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();

/** E.164 number in the fictional range; `n` picks one of 1,000. */
export const fictionalPhone = (n: number): string =>
  `+1${areaCodes[Math.floor(n / 100) % areaCodes.length]}5550${100 + (n % 100)}`;

/** IPv4 address in one of the three documentation networks. */
export const documentationAddress = (n: number): string =>
  `${['192.0.2', '198.51.100', '203.0.113'][n % 3]}.${1 + (Math.floor(n / 3) % 254)}`;

export type Customer = {
  userId: string;
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
  accountNumber: string;
};

/** The n-th customer of a centre: always the same person for the same seed. */
export const makeCustomer = (seed: number, n: number): Customer => {
  const random = new Random(seed, n, 0xc057);
  const firstName = random.pick(firstNames);
  const lastName = random.pick(customerSurnames);
  return {
    userId: `u-${random.guid()}`,
    firstName,
    lastName,
    email: `${toLocalPart(firstName)}.${toLocalPart(lastName)}.${n}@example.com`,
    phone: fictionalPhone(random.int(0, 899)),
    accountNumber: String(100000000 + (hash32(seed, n, 7) % 900000000)),
  };
};

/** Name and address of the n-th agent; names do not repeat below 288 agents. */
export const makeAgentName = (n: number): { name: string; email: string } => {
  const first = firstNames[n % firstNames.length] ?? 'Avery';
  const last = agentSurnames[(n + Math.floor(n / firstNames.length)) % agentSurnames.length] ?? 'Testwell';
  const suffix = n >= firstNames.length * agentSurnames.length ? ` ${n}` : '';
  return {
    name: `${first} ${last}${suffix}`,
    email: `${toLocalPart(first)}.${toLocalPart(last)}${suffix.trim()}@example.com`,
  };
};
