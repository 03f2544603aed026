/**
 * What customers write to the shop, what the scripted model does about it, and what the shop must have done in the end.
 * A real model reads only the text.
 */
export interface ToolCall {
  name: string;
  args: Record<string, string | number>;
}

export interface CustomerRequest {
  text: string;
  /** Turn by turn; the tools of one turn are called together. After the last turn the model answers the customer. */
  plan: readonly (readonly ToolCall[])[];
  /** What a person says to the question that one of the writes raises. */
  decision?: { type: 'approve' } | { type: 'reject'; message: string };
  /** The writes that have to be in the shop's ledger, each exactly once, and no other. */
  ledger: readonly ToolCall[];
}

const call =
  (name: string) =>
  (args: ToolCall['args']): ToolCall => ({ name, args });
const customer = (name: string): ToolCall => call('find_customer')({ email: `${name}@example.com` });
const order = (order_id: string): ToolCall => call('get_order')({ order_id });
const products = (words: string): ToolCall => call('search_products')({ words });
const cancel = (order_id: string, reason: 'not_needed' | 'by_mistake') => call('cancel_order')({ order_id, reason });
const address = (order_id: string, to: string) => call('change_address')({ order_id, address: to });
const refund = (order_id: string, amount_cents: number, reason: 'damaged' | 'late' | 'goodwill') =>
  call('refund')({ order_id, amount_cents, reason });
const takeBack = (order_id: string, sku: string) => call('return_item')({ order_id, sku });
const exchange = (order_id: string, sku: string, new_sku: string) => call('exchange_item')({ order_id, sku, new_sku });
const credit = (customer_id: string, amount_cents: number) => call('give_credit')({ customer_id, amount_cents });

const approve = { type: 'approve' } as const;

/** Looks the customer and the orders up, then does the rest turn by turn; the shop does every write that it is asked for. */
function fulfil(text: string, who: string, orders: string[], ...turns: ToolCall[][]): CustomerRequest {
  const ledger = turns.flat().filter(({ name }) => name !== 'search_products');
  return { text, plan: [[customer(who)], orders.map(order), ...turns], ledger };
}

export const requests: readonly CustomerRequest[] = [
  fulfil(
    'Hi, ada.brandt@example.com here. I ordered four blue mugs by mistake (order 1001). Please cancel it.',
    'ada.brandt',
    ['1001'],
    [cancel('1001', 'by_mistake')],
  ),
  {
    ...fulfil(
      'Ada again, ada.brandt@example.com: we will not go camping after all. Cancel the tent, order 1003, I do not need it any more.',
      'ada.brandt',
      ['1003'],
      [cancel('1003', 'not_needed')],
    ),
    decision: approve,
  },
  fulfil(
    'The boots of order 1002 are a size too small, could I have the 43 instead? Ada, ada.brandt@example.com',
    'ada.brandt',
    ['1002'],
    [products('hiking boots')],
    [exchange('1002', 'BOOTS-42', 'BOOTS-43')],
  ),
  fulfil(
    'I am moving next week. Please send order 1004 to 3 Mill Lane, Hull. Bruno Okafor, bruno.okafor@example.com',
    'bruno.okafor',
    ['1004'],
    [address('1004', '3 Mill Lane, Hull')],
  ),
  {
    ...fulfil(
      'My oak chairs (1014) came three weeks late. I expect EUR 200 back. elif.sandstrom@example.com',
      'elif.sandstrom',
      ['1014'],
      [refund('1014', 20000, 'late')],
    ),
    decision: { type: 'reject', message: 'late deliveries are settled with at most EUR 50' },
    ledger: [],
  },
  {
    ...fulfil(
      'bruno.okafor@example.com. I want to cancel the two oak chairs, order 1005, I do not need them any more!',
      'bruno.okafor',
      ['1005'],
      [cancel('1005', 'not_needed')],
    ),
    decision: approve,
    ledger: [], // the shop refuses: the chairs are on their way
  },
  fulfil(
    'The brass lamp of order 1006 came with a dent. EUR 20 back and I keep it. bruno.okafor@example.com',
    'bruno.okafor',
    ['1006'],
    [refund('1006', 2000, 'damaged')],
  ),
  fulfil(
    'chiara.moretti@example.com: the kettle of order 1007 is too loud, I would like to return it. The mugs are lovely.',
    'chiara.moretti',
    ['1007'],
    [takeBack('1007', 'KETTLE')],
  ),
  {
    ...fulfil(
      'Please cancel my four chairs (1008, ordered by mistake), and send the floor lamp, 1009, to 40 Corso Dante, Turin. chiara.moretti@example.com',
      'chiara.moretti',
      ['1008', '1009'],
      [cancel('1008', 'by_mistake'), address('1009', '40 Corso Dante, Turin')],
    ),
    decision: approve,
  },
  fulfil(
    'dmitri.halloran@example.com. Can I swap the 30 litre rucksack of order 1010 for the 45 litre one?',
    'dmitri.halloran',
    ['1010'],
    [exchange('1010', 'PACK-30', 'PACK-45')],
  ),
  fulfil(
    'Where will order 1011 go? It should go to my office: 1 Grand Parade, Cork. Dmitri, dmitri.halloran@example.com',
    'dmitri.halloran',
    ['1011'],
    [address('1011', '1 Grand Parade, Cork')],
  ),
  {
    ...fulfil(
      'The tent of order 1012 leaks. I want EUR 150 back for it. dmitri.halloran@example.com',
      'dmitri.halloran',
      ['1012'],
      [refund('1012', 15000, 'damaged')],
    ),
    decision: approve,
  },
  fulfil(
    'Hello, elif.sandstrom@example.com. Order 1013 please to 8 Svartbäcksgatan, Uppsala instead.',
    'elif.sandstrom',
    ['1013'],
    [address('1013', '8 Svartbäcksgatan, Uppsala')],
  ),
  {
    text: 'How much is the 45 litre rucksack, and is it in stock?',
    plan: [[products('rucksack 45')]],
    ledger: [],
  },
  {
    text: 'Which chairs do you sell? And which lamps?',
    plan: [[products('chair'), products('lamp')]],
    ledger: [],
  },
  fulfil('Is order 1015 on its way yet? elif.sandstrom@example.com', 'elif.sandstrom', ['1015']),
  fulfil(
    'farid.nakamura@example.com: one of the blankets of order 1016 has a loose seam, would EUR 30 back be all right?',
    'farid.nakamura',
    ['1016'],
    [refund('1016', 3000, 'damaged')],
  ),
  fulfil(
    'Please cancel the two lamps, order 1017. I do not need them any more. farid.nakamura@example.com',
    'farid.nakamura',
    ['1017'],
    [cancel('1017', 'not_needed')],
  ),
  fulfil(
    'Do you have the wool blanket in red? And send 1018 to 9 River Street, Bath, please. farid.nakamura@example.com',
    'farid.nakamura',
    ['1018'],
    [products('wool blanket red'), address('1018', '9 River Street, Bath')],
  ),
  fulfil(
    'greta.villalobos@example.com. I would rather have the steel kettle than the electric one I got with order 1019.',
    'greta.villalobos',
    ['1019'],
    [products('kettle')],
    [exchange('1019', 'KETTLE', 'KETTLE-STEEL')],
  ),
  {
    ...fulfil(
      'We ordered six oak chairs for the office by mistake, order 1020. Cancel it, please. greta.villalobos@example.com',
      'greta.villalobos',
      ['1020'],
      [cancel('1020', 'by_mistake')],
    ),
    decision: { type: 'reject', message: 'business customers are called back first' },
    ledger: [],
  },
  fulfil(
    'The boots of order 1021 pinch. I am sending them back. greta.villalobos@example.com',
    'greta.villalobos',
    ['1021'],
    [takeBack('1021', 'BOOTS-43')],
  ),
  fulfil(
    'Hugo Petrenko, hugo.petrenko@example.com. Please cancel order 1022, we have a stove already and do not need two more.',
    'hugo.petrenko',
    ['1022'],
    [cancel('1022', 'not_needed')],
  ),
  fulfil(
    'From order 1023 I am returning both, the rucksack and the boots. hugo.petrenko@example.com',
    'hugo.petrenko',
    ['1023'],
    [takeBack('1023', 'PACK-45'), takeBack('1023', 'BOOTS-42')],
  ),
  {
    ...fulfil(
      'Can order 1024 still go to 11 Tay Street, Perth? hugo.petrenko@example.com',
      'hugo.petrenko',
      ['1024'],
      [address('1024', '11 Tay Street, Perth')],
    ),
    ledger: [], // the shop refuses: it is on its way
  },
  {
    ...fulfil(
      'The oak floor lamp of order 1025 arrived in two pieces. All my money back, please, EUR 189. ines.achterberg@example.com',
      'ines.achterberg',
      ['1025'],
      [refund('1025', 18900, 'damaged')],
    ),
    decision: approve,
  },
  fulfil(
    'ines.achterberg@example.com: order 1026 to 2 Oude Delft, Delft. And one of the six mugs of order 1027 is chipped: EUR 14 back?',
    'ines.achterberg',
    ['1026', '1027'],
    [address('1026', '2 Oude Delft, Delft'), refund('1027', 1400, 'damaged')],
  ),
  fulfil(
    'Cancel the boots, order 1028, that was a mistake. jonas.mbeki@example.com',
    'jonas.mbeki',
    ['1028'],
    [cancel('1028', 'by_mistake')],
  ),
  fulfil(
    'Order 1029: I return the lamp, and I would like the oak chair instead of the ash one. jonas.mbeki@example.com',
    'jonas.mbeki',
    ['1029'],
    [takeBack('1029', 'LAMP-DESK')],
    [exchange('1029', 'CHAIR-ASH', 'CHAIR-OAK')],
  ),
  {
    ...fulfil(
      'The stove of order 1030 burnt my table. I want EUR 500. jonas.mbeki@example.com',
      'jonas.mbeki',
      ['1030'],
      [refund('1030', 50000, 'damaged')],
    ),
    decision: approve,
    ledger: [], // approved by a person, and still refused by the shop: more than was paid
  },
  fulfil(
    'keiko.lindqvist@example.com, order 1031 should go to 77 Linnankatu, Turku.',
    'keiko.lindqvist',
    ['1031'],
    [address('1031', '77 Linnankatu, Turku')],
  ),
  fulfil(
    'My parcel 1032 was a week late. You promised EUR 15 back and EUR 20 credit for the next order. keiko.lindqvist@example.com, customer C11',
    'keiko.lindqvist',
    ['1032'],
    [refund('1032', 1500, 'late'), credit('C11', 2000)],
  ),
  fulfil(
    'Not needed any more: order 1033. Please cancel. keiko.lindqvist@example.com',
    'keiko.lindqvist',
    ['1033'],
    [cancel('1033', 'not_needed')],
  ),
  {
    ...fulfil(
      'Luca Fairweather, luca.fairweather@example.com, C12. Your driver broke my door bringing order 1034; your colleague offered EUR 80 credit.',
      'luca.fairweather',
      ['1034'],
      [credit('C12', 8000)],
    ),
    decision: approve,
  },
  fulfil(
    'One address for both rucksacks, order 1035: 21 Stonegate, York. luca.fairweather@example.com',
    'luca.fairweather',
    ['1035'],
    [address('1035', '21 Stonegate, York')],
  ),
  fulfil(
    'The tent of order 1036 goes back, the blanket stays, but EUR 10 off would be fair, it itches. luca.fairweather@example.com',
    'luca.fairweather',
    ['1036'],
    [takeBack('1036', 'TENT')],
    [refund('1036', 1000, 'goodwill')],
  ),
];
