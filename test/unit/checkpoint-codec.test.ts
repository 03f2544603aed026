import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  RemoveMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import { Document } from '@langchain/core/documents';
import { Send } from '@langchain/langgraph';
import { DeltaSnapshot, MemorySaver } from '@langchain/langgraph-checkpoint';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCodec, toJsonb } from '../../src/checkpoint/codec.js';

const ours = createCodec();
const stock = new MemorySaver().serde;

const conversation = () => [
  new SystemMessage('be brief'),
  new HumanMessage({ content: [{ type: 'text', text: 'hi \u0000 \ud83d' }], id: 'h', name: 'me' }),
  new AIMessage({
    content: '',
    id: 'a',
    tool_calls: [{ name: 'add', args: { a: 1, b: [2, null, { c: undefined }] }, id: 'c1', type: 'tool_call' }],
    response_metadata: { model: 'm', usage: { tokens: 3 } },
    usage_metadata: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    additional_kwargs: { snake_case: 1, camelCase: 2, undefined },
  }),
  new ToolMessage({ content: '3', tool_call_id: 'c1', status: 'success', artifact: { rows: [1] } }),
  new AIMessageChunk({ content: 'part', tool_call_chunks: [{ name: 'x', args: '{', index: 0 }] }),
  new RemoveMessage({ id: 'h' }),
];
const values: [string, unknown][] = [
  ['scalars', [0, -1.5, NaN, true, null, '', 'text']],
  ['undefined', undefined],
  ['undefined inside', { a: undefined, b: [undefined, 1], c: { d: undefined } }],
  ['a date', new Date(0)],
  [
    'Map and Set',
    {
      m: new Map<unknown, unknown>([
        [1, new Set(['x'])],
        ['k', { deep: undefined }],
      ]),
      s: new Set([new Map()]),
    },
  ],
  ['RegExp and Error', { r: /a+/gi, e: new RangeError('no') }],
  ['bytes inside', { u: new Uint8Array([1, 2, 255]), b: Buffer.from('hi') }],
  ['functions inside', { f: () => 1, list: [() => 1, Symbol('x')], own: 1 }],
  ['toJSON', { a: { toJSON: () => ({ replaced: [undefined] }) } }],
  ['messages', conversation()],
  ['one message', conversation()[2]],
  ['messages among others', [1, ...conversation(), undefined, { messages: conversation() }]],
  ['a node input', { messages: conversation(), n: undefined, f: () => 1, 7: 'number key' }],
  ['a Send', new Send('node', { messages: conversation(), more: { messages: conversation() } })],
  ['a delta snapshot', new DeltaSnapshot(conversation())],
  ['an empty snapshot', new DeltaSnapshot(undefined)],
  ['a document', { documents: [new Document({ pageContent: 'p', metadata: { a: 1 } })] }],
  ['a message that holds a Map', new AIMessage({ content: 'x', additional_kwargs: { map: new Map([[1, 2]]) } })],
  [
    'a message that holds what looks like a message',
    new AIMessage({ content: 'x', additional_kwargs: { lc: 1, type: 'constructor' } }),
  ],
  ['what looks like a record', { lc: 2, type: 'constructor', id: ['process'], args: [] }],
  ['what looks like a secret', { lc: 1, type: 'secret', id: ['KEY'] }],
  [
    'a class instance',
    new (class Point {
      x = 1;
    })(),
  ],
];

describe('values are written and read as LangGraph itself does', () => {
  it.each(values)('%s', async (_name, value) => {
    const [type, bytes] = await stock.dumpsTyped(value);
    const dumped = await ours.dump(value);
    expect(dumped.type).toBe(type);
    expect(Buffer.from(dumped.data as Uint8Array).toString()).toBe(Buffer.from(bytes).toString());
    // Again: what is remembered of messages must say the same.
    expect((await ours.dump(value)).data).toEqual(dumped.data);
    expect(await ours.load(dumped)).toStrictEqual(await stock.loadsTyped(type, bytes));
    expect(await ours.load({ type, data: Buffer.from(bytes).toString() })).toStrictEqual(
      await stock.loadsTyped(type, bytes),
    );
  });

  it('bytes', async () => {
    expect(await ours.dump(new Uint8Array([0, 255]))).toEqual({ type: 'bytes', data: new Uint8Array([0, 255]) });
    expect(await ours.load({ type: 'bytes', data: new Uint8Array([0, 255]) })).toEqual(new Uint8Array([0, 255]));
  });

  it('anything else that is JSON', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
        const [type, bytes] = await stock.dumpsTyped(value);
        const dumped = await ours.dump(value);
        expect(Buffer.from(dumped.data as Uint8Array).equals(bytes)).toBe(true);
        expect(await ours.load(dumped)).toStrictEqual(await stock.loadsTyped(type, bytes));
      }),
    );
  });
});

describe('what is remembered of a message', () => {
  const text = async (value: unknown) => Buffer.from((await stock.dumpsTyped(value))[1]).toString();
  it('is not used once any part of it has changed', async () => {
    const changes: ((message: AIMessage) => unknown)[] = [
      (m) => (m.content = 'other'),
      (m) => (m.id = undefined),
      (m) => (m.name = 'n'),
      (m) => (m.tool_calls![0]!.args.b[2].c = 5),
      (m) => m.tool_calls![0]!.args.b.push(1),
      (m) => delete m.tool_calls![0]!.args.a,
      (m) => (m.tool_calls = []),
      (m) => ((m.response_metadata.usage as { tokens: number }).tokens = 4),
      (m) => (m.additional_kwargs.more = null),
      (m) => (m.additional_kwargs = { ...m.additional_kwargs, map: new Map() }),
      (m) => (m.usage_metadata!.total_tokens = 7),
      (m) => (m.lc_kwargs.extra = 1),
    ];
    for (const change of changes) {
      const list = conversation();
      await ours.dump(list);
      change(list[2] as AIMessage);
      expect(Buffer.from((await ours.dump(list)).data as Uint8Array).toString(), String(change)).toBe(await text(list));
    }
  });
});

describe('what cannot be read back is refused', () => {
  const cycle: Record<string, unknown> = { messages: conversation() };
  cycle.self = cycle;
  it.each([
    ['a bigint', 1n],
    ['a bigint inside', [{ a: 1n }]],
    ['a cycle', cycle],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
  ])('%s', (_name, value) => {
    expect(() => ours.dump(value)).toThrow(expect.objectContaining({ code: 'STATE_UNSERIALIZABLE' }));
  });
});

it('metadata loses only what jsonb cannot hold', () => {
  const odd = { 'k\u0000': 'a\u0000b\ud83dc', same: '\\u0000 \\\\ud83d \ud83d\ude00', n: [1, null] };
  expect(JSON.parse(toJsonb(odd))).toEqual({ k: 'ab\ufffdc', same: odd.same, n: [1, null] });
});
