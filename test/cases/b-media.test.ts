/** Cases 30 to 38: images, documents, files and sound. Nothing is ever fetched: an address is handed on as it is. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chatUsage } from '../fakes/chat-wire.ts';
import { sseHeaders } from '../fakes/reply.ts';
import { startUpstream, type Upstream } from '../fakes/upstream.ts';
import { asked, refused } from './asked.ts';
import { type Rig, startRig } from './rig.ts';

let rig: Rig;
/** An internal service that must never hear of a picture. */
let internal: Upstream;
beforeAll(async () => {
  internal = await startUpstream();
  rig = await startRig();
});
afterAll(async () => {
  await rig.close();
  await internal.close();
});
beforeEach(() => rig.forget());

const user = (...content: object[]) => ({ messages: [{ role: 'user', content }] });
const text = (value: string) => ({ type: 'text', text: value });
const part = (url: string, rest: object = {}) => ({ type: 'image_url', image_url: { url, ...rest } });
const base64 = (data: string, media_type = 'image/png') => ({ type: 'base64', media_type, data });
const image = (source: object) => ({ type: 'image', source });
const document = (source: object, rest: object = {}) => ({ type: 'document', source, ...rest });
const file = (fields: object) => ({ type: 'file', file: fields });
const pngBytes = 'iVBORw0KGgoAAAANSUhEUg==';

describe('case 30: an image by URL', () => {
  const addresses = [
    'https://x.example/a.png?sig=%2F&x=1#f',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:1/x',
    'http://10.0.0.1/x.png',
    'http://[::ffff:127.0.0.1]/x.png',
  ];

  it.each(addresses)('%s is handed on as it is, both ways', async (url) => {
    const chat = await asked(rig, 'chat', 'an/m', user(part(url)));
    expect(chat.up.messages[0]?.content).toEqual([image({ type: 'url', url })]);
    rig.forget();
    const messages = await asked(rig, 'messages', 'oa/m', user(image({ type: 'url', url })));
    expect(messages.up.messages[0]?.content).toEqual([part(url)]);
  });

  it('is never fetched: an internal address hears nothing', async () => {
    const url = `${internal.url}/secret.png`;
    for (const upstream of ['oa', 'an']) {
      rig.forget();
      await asked(rig, 'chat', `${upstream}/m`, user(part(url)));
      rig.forget();
      await asked(rig, 'messages', `${upstream}/m`, user(image({ type: 'url', url })));
    }
    expect(internal.calls).toEqual([]);
  });

  it.each(['file:///etc/passwd', 'ftp://x.example/a.png', '/a.png', 'javascript:alert(1)'])(
    '%s is no address for an image',
    async (url) => {
      const where = 'messages[0].content[0]';
      await refused(rig, 'chat', 'an/m', user(part(url)), { param: `${where}.image_url.url` });
      rig.forget();
      await refused(rig, 'messages', 'oa/m', user(image({ type: 'url', url })), {
        says: /messages\[0\]\.content\[0\]/,
      });
    },
  );
});

describe('case 31: an image as base64', () => {
  it.each([
    ['plain', 'data:image/png;base64,AA==', base64('AA==')],
    ['with parameters and capitals', 'data:image/PNG;charset=x;base64,AA==', base64('AA==')],
    ['in the URL-safe alphabet', 'data:image/png;base64,-_8', base64('+/8=')],
    ['with line breaks', 'data:image/png;base64,AA\nAA\r\nAAA=', base64('AAAAAAA=')],
    ['declared as another type', `data:image/jpeg;base64,${pngBytes}`, base64(pngBytes)],
    ['as image/jpg', 'data:image/jpg;base64,AA==', base64('AA==', 'image/jpeg')],
  ])('%s becomes a source of anthropic', async (_name, url, source) => {
    const { up } = await asked(rig, 'chat', 'an/m', user(part(url)));
    expect(up.messages[0]?.content).toEqual([image(source)]);
  });

  it('becomes the exact data URI over openai-chat', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', user(image(base64(pngBytes))));
    expect(up.messages[0]?.content).toEqual([part(`data:image/png;base64,${pngBytes}`)]);
  });

  it('is seen by a model on all four roads', async () => {
    for (const upstream of ['oa', 'an']) {
      rig.forget();
      const chat = await asked(rig, 'chat', `${upstream}/image`, user(text('?'), part('data:image/png;base64,AA==')));
      expect(chat.answer.body).toContain('saw image/png of 1 bytes');
      rig.forget();
      const other = await asked(rig, 'messages', `${upstream}/image`, user(text('?'), image(base64('AA=='))));
      expect(other.answer.body).toContain('saw image/png of 1 bytes');
    }
  });
});

describe('case 32: images that are none', () => {
  it.each([
    'data:image/png,rawtext',
    'data:image/svg+xml;base64,AA==',
    'data:image/bmp;base64,AA==',
    'data:image/png;base64,',
    'data:image/png;base64,***',
    'data:;base64,AA==',
  ])('%s is refused with its place, not dropped', async (url) => {
    const where = 'messages[0].content[1].image_url.url';
    await refused(rig, 'chat', 'an/m', user(text('a'), part(url)), { param: where });
  });

  it.each([base64('AA==', 'image/svg+xml'), base64('AA==', 'image/bmp'), base64(''), base64('***')])(
    '$media_type of "$data" in a Messages request is refused with its place',
    async (source) => {
      await refused(rig, 'messages', 'oa/m', user(text('a'), image(source)), {
        says: /messages\[0\]\.content\[1\]\.source/,
      });
    },
  );
});

describe('case 33: detail, and many images', () => {
  it('detail is reported over anthropic, which has none', async () => {
    const { up, dropped } = await asked(rig, 'chat', 'an/m', user(part('https://x.example/a.png', { detail: 'low' })));
    expect(JSON.stringify(up)).not.toContain('low');
    expect(dropped).toEqual(['messages.content.detail']);
  });

  it('detail auto is what happens anyway, so nothing is lost', async () => {
    const { dropped } = await asked(rig, 'chat', 'an/m', user(part('https://x.example/a.png', { detail: 'auto' })));
    expect(dropped).toEqual([]);
  });

  it('21 images keep their number and order, without any text', async () => {
    const urls = Array.from({ length: 21 }, (_, i) => `https://x.example/${i}.png`);
    const chat = await asked(rig, 'chat', 'an/m', user(...urls.map((url) => part(url))));
    expect(chat.up.messages[0]?.content).toEqual(urls.map((url) => image({ type: 'url', url })));
    rig.forget();
    const other = await asked(rig, 'messages', 'oa/m', user(...urls.map((url) => image({ type: 'url', url }))));
    expect(other.up.messages[0]?.content).toEqual(urls.map((url) => part(url)));
  });
});

describe('case 34: a PDF in base64', () => {
  const pdf = base64('JVBERi0xLjQ=', 'application/pdf');
  const uri = 'data:application/pdf;base64,JVBERi0xLjQ=';

  it('is a file part over openai-chat, with a name', async () => {
    const { up } = await asked(rig, 'messages', 'oa/m', user(document(pdf, { title: 'cv.pdf' }), document(pdf)));
    expect(up.messages[0]?.content).toEqual([
      file({ filename: 'cv.pdf', file_data: uri }),
      file({ filename: 'document.pdf', file_data: uri }),
    ]);
  });

  it('is relayed untouched to anthropic', async () => {
    const body = user(document(pdf, { citations: { enabled: true } }));
    const { up, dropped } = await asked(rig, 'messages', 'an/m', body);
    expect(up.messages).toEqual(body.messages);
    expect(dropped).toEqual([]);
  });

  it('is not answered without the file when the provider refuses it', async () => {
    const error = { message: 'Invalid file type', type: 'invalid_request_error', param: null, code: null };
    rig.upstream.once((_call, reply) => reply.json(400, { error }));
    const answer = await rig.messages({ model: 'oa/m', max_tokens: 5, ...user(document(pdf)) });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('Invalid file type');
    expect(rig.upstream.chats).toHaveLength(1);
    expect(await rig.row()).toMatchObject({ status: 'failed', costNanoUsd: '0' });
  });
});

describe('case 35: documents of other kinds', () => {
  const url = { type: 'url', url: 'https://x.example/a.pdf' };
  const plain = { type: 'text', media_type: 'text/plain', data: 'words' };

  it('by URL are relayed to anthropic, and refused over openai-chat, which cannot fetch them', async () => {
    const { up } = await asked(rig, 'messages', 'an/m', user(document(url)));
    expect(up.messages[0]?.content).toEqual([document(url)]);
    rig.forget();
    await refused(rig, 'messages', 'oa/m', user(document(url)), { says: /messages\[0\].*base64/ });
  });

  it('of plain text, or of text blocks, are text with their title', async () => {
    const blocks = document({ type: 'content', content: [text('one'), text('two')] });
    const { up } = await asked(rig, 'messages', 'oa/m', user(document(plain, { title: 'T' }), blocks));
    expect(up.messages[0]?.content).toEqual([text('T\n\nwords'), text('one\ntwo')]);
  });

  it('with pictures in them are refused over openai-chat', async () => {
    const mixed = document({ type: 'content', content: [text('one'), image(base64('AA=='))] });
    await refused(rig, 'messages', 'oa/m', user(text('a'), mixed), { says: /messages\[0\]\.content\[1\].*document/ });
  });

  it.each([document({ type: 'file', file_id: 'file_1' }), image({ type: 'file', file_id: 'file_1' })])(
    'a $type by file id belongs to its own provider',
    async (block) => {
      await refused(rig, 'messages', 'oa/m', user(block), { says: /messages\[0\].*file id/ });
      rig.forget();
      const { up } = await asked(rig, 'messages', 'an/m', user(block));
      expect(up.messages[0]?.content).toEqual([block]);
    },
  );

  it('asked for citations are reported where there are none', async () => {
    const { dropped } = await asked(rig, 'messages', 'oa/m', user(document(plain, { citations: { enabled: true } })));
    expect(dropped).toEqual(['messages.content.citations']);
  });

  it('a search result of the caller is given in words, and reported', async () => {
    const found = { type: 'search_result', source: 'https://x.example', title: 'X', content: [text('found')] };
    const { up, dropped } = await asked(rig, 'messages', 'oa/m', user(found, text('?')));
    expect(JSON.stringify(up.messages)).toContain('found');
    expect(dropped).toEqual(['messages.content.search_result']);
  });
});

describe('case 36: a file part of a chat caller', () => {
  const uri = 'data:application/pdf;base64,JVBERi0xLjQ=';

  it('is a document with its name for a title over anthropic', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', user(file({ filename: 'cv.pdf', file_data: uri })));
    const source = base64('JVBERi0xLjQ=', 'application/pdf');
    expect(up.messages[0]?.content).toEqual([document(source, { title: 'cv.pdf' })]);
  });

  it('of plain text is a text document', async () => {
    const { up } = await asked(rig, 'chat', 'an/m', user(file({ file_data: 'data:text/plain;base64,d29yZHM=' })));
    expect(up.messages[0]?.content).toEqual([document({ type: 'text', media_type: 'text/plain', data: 'words' })]);
  });

  it('by file id, or of a kind that the API does not know, is refused with its place', async () => {
    await refused(rig, 'chat', 'an/m', user(file({ file_id: 'file-1' })), { says: /messages\[0\].*file id/ });
    rig.forget();
    const zip = file({ file_data: 'data:application/zip;base64,AA==' });
    await refused(rig, 'chat', 'an/m', user(zip), { says: /messages\[0\]/ });
  });

  it('is relayed untouched', async () => {
    const body = user(file({ file_id: 'file-1' }));
    const { up } = await asked(rig, 'chat', 'oa/m', body);
    expect(up.messages).toEqual(body.messages);
  });
});

describe('cases 37 and 38: sound', () => {
  const sound = { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } };
  const spoken = { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } };

  it('in a message is relayed to openai-chat and refused over anthropic, with the caller’s place', async () => {
    const body = user(text('listen'), sound);
    const { up } = await asked(rig, 'chat', 'oa/m', body);
    expect(up.messages).toEqual(body.messages);
    rig.forget();
    const messages = [{ role: 'system', content: 's' }, ...body.messages];
    await refused(
      rig,
      'chat',
      'an/m',
      { messages },
      { param: 'messages[1].content[1]', says: /unsupported content type input_audio/ },
    );
  });

  it('as an answer is refused over anthropic', async () => {
    await refused(rig, 'chat', 'an/m', spoken, { param: 'modalities' });
    rig.forget();
    await refused(rig, 'chat', 'an/m', { audio: spoken.audio }, { param: 'audio' });
  });

  it('as an answer passes untouched over openai-chat, whole and in a stream', async () => {
    const audio = { id: 'audio_1', data: 'UklGRg==', transcript: 'hi', expires_at: 1 };
    const usage = {
      ...chatUsage({ input: 10, output: 5 }),
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 4 },
    };
    const head = { id: 'chatcmpl-1', created: 1, model: 'm' };
    const message = { role: 'assistant', content: null, audio };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    const body = JSON.stringify({ ...head, object: 'chat.completion', choices, usage });
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'application/json' }, body));
    const { answer, up, row } = await asked(rig, 'chat', 'oa/m', spoken);
    expect(up).toMatchObject(spoken);
    expect(answer.body).toBe(body);
    expect(row.usage).toMatchObject({ output: 5, audioOutput: 4 });

    rig.forget();
    const chunk = (delta: object, finish: string | null = null) =>
      `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const wire = `${chunk({ role: 'assistant', audio: { id: 'audio_1', data: 'Ukl' } })}${chunk({ audio: { data: 'GRg==' } })}${chunk({}, 'stop')}data: [DONE]\n\n`;
    rig.upstream.once((_call, reply) => reply.send(200, sseHeaders, wire));
    const stream = await rig.chat({ model: 'oa/m', stream: true, ...user(text('x')), ...spoken });
    expect(stream.body).toBe(wire);
    expect((await rig.row()).status).toBe('completed');
  });
});
