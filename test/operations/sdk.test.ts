/** OpenAI's own SDK through the gateway, against recorded answers. */
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadRecording, recording, recordingsExist } from '../fakes/recording.ts';
import { type OperationsRig, ourKey, startOperationsRig } from './operations-rig.ts';

let rig: OperationsRig;
let openai: OpenAI;
beforeAll(async () => {
  const priced = { perImage: 40_000_000_000n, perAudioSecond: 100_000_000n, perCharacter: 15_000_000n };
  rig = await startOperationsRig({
    price: { id: 'rig:2', input: { base: 1_000_000n }, output: { base: 2_000_000n }, ...priced },
  });
  openai = new OpenAI({ apiKey: ourKey, baseURL: `${rig.url}/v1`, maxRetries: 0 });
});
beforeEach(() => rig.forget());
afterAll(() => rig.close());

const wav = (seconds: number): Buffer => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1').toString();
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(32_000, 28);
  return Buffer.concat([head, Buffer.alloc(32_000 * seconds, 7)]);
};

describe.runIf(recordingsExist)("OpenAI's SDK", () => {
  it('embeddings: asks for base64 by itself, and reads numbers', async () => {
    rig.upstream.once(recording('openai-embeddings/openai/json--embeddings-dimensions'));
    const answer = await openai.embeddings.create({ model: 'up/m', input: 'x', dimensions: 256 });
    expect(rig.upstream.calls[0]?.json?.encoding_format).toBe('base64');
    expect(answer.data[0]?.embedding).toHaveLength(256);
    expect((await rig.row()).usage.input).toBe(5);
  });

  it('moderations without a model get the default one', async () => {
    rig.upstream.once(
      recording('openai-moderations/openai/json--moderation-moderate-with-openai-provider-provides-convenience-me'),
    );
    const answer = await openai.moderations.create({ input: 'This is a safe message' });
    expect(answer.results[0]?.flagged).toBe(false);
    expect(await rig.row()).toMatchObject({ operation: 'moderations', requestedModel: 'omni-moderation-latest' });
  });

  it('images: pieces are counted as they came', async () => {
    rig.upstream.once(recording('openai-images/openai/json--openai-image'));
    const answer = await openai.images.generate({ model: 'up/dall-e-3', prompt: 'sea otter', n: 2 });
    expect(answer.data).toHaveLength(2);
    const row = await rig.row();
    expect(row.usage.images).toBe(2);
    expect(BigInt(row.costNanoUsd)).toBeGreaterThanOrEqual(80_000_000n);
  });

  it('images by tokens: text and pictures in, pictures out', async () => {
    const usage = {
      total_tokens: 350,
      input_tokens: 50,
      output_tokens: 300,
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
    };
    rig.upstream.once((_call, reply) => reply.json(200, { created: 1, data: [{ b64_json: 'AA==' }], usage }));
    await openai.images.generate({ model: 'up/gpt-image-1', prompt: 'x' });
    const { usage: counted } = await rig.row();
    expect(counted).toMatchObject({ input: 50, imageInput: 40, output: 300, imageOutput: 300, images: 1 });
  });

  it('partial images stream through, and the last event is what is charged', async () => {
    const usage = { total_tokens: 30, input_tokens: 10, output_tokens: 20 };
    const events = [
      { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: 'QUFB'.repeat(50_000) },
      { type: 'image_generation.completed', b64_json: 'QUFB', usage },
    ];
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'text/event-stream' });
      for (const event of events) await reply.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      reply.end();
    });
    const stream = await openai.images.generate({ model: 'up/m', prompt: 'x', stream: true, partial_images: 1 });
    const seen: string[] = [];
    for await (const event of stream) seen.push(event.type);
    expect(seen).toEqual(['image_generation.partial_image', 'image_generation.completed']);
    expect(await rig.row()).toMatchObject({ status: 'completed', stream: true, usage: { input: 10, output: 20 } });
  });

  it('an image edit: the form passes with its model replaced, whatever its order', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, { created: 1, data: [{ b64_json: 'AA==' }] }));
    await openai.images.edit({
      image: await toFile(Buffer.alloc(300_000, 1), 'in.png', { type: 'image/png' }),
      prompt: 'greener',
      model: 'up/gpt-image-1',
    });
    const sent = rig.upstream.calls[0]?.body.toString('latin1') ?? '';
    expect(sent).toContain('name="model"\r\n\r\ngpt-image-1\r\n');
    expect(rig.upstream.calls[0]?.headers['content-length']).toBe(String(sent.length));
    expect(await rig.row()).toMatchObject({ operation: 'image-edits', status: 'completed' });
  });

  it('image variations', async () => {
    rig.upstream.once((_call, reply) => reply.json(200, { created: 1, data: [{ url: 'https://x' }] }));
    await openai.images.createVariation({ image: await toFile(Buffer.alloc(10), 'in.png'), model: 'up/dall-e-2' });
    expect(await rig.row()).toMatchObject({ operation: 'image-variations', usage: { images: 1 } });
  });

  it('speech: the sound passes as bytes with its type, and characters are what it costs', async () => {
    const kept = loadRecording(
      'openai-speech/openrouter/json--speech-basic-functionality-openrouter-hexgrad-kokoro-82m-can-spe',
    );
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'audio/mpeg' }, kept.response));
    const input = 'Ruby is a programming language designed for developer happiness.';
    const answer = await openai.audio.speech.create({ model: 'up/kokoro', voice: 'af_bella', input });
    expect(Buffer.from(await answer.arrayBuffer()).equals(kept.response)).toBe(true);
    expect(answer.headers.get('content-type')).toBe('audio/mpeg');
    expect((await rig.row()).usage.characters).toBe(input.length);
  });

  it('speech that breaks off is no whole answer', async () => {
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'audio/mpeg' });
      await reply.write(Buffer.alloc(5000, 3));
      await reply.flushed();
      await reply.reset();
    });
    const answer = openai.audio.speech.create({ model: 'up/tts', voice: 'x', input: 'hello' });
    await expect(answer.then((sound) => sound.arrayBuffer())).rejects.toThrow();
    expect(await rig.row()).toMatchObject({ status: 'failed', usage: { characters: 5 } });
  });

  it('speech as a stream of events says what it used', async () => {
    const usage = { input_tokens: 14, output_tokens: 101, total_tokens: 115 };
    const text = [
      { type: 'speech.audio.delta', audio: 'AAAA' },
      { type: 'speech.audio.done', usage },
    ]
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join('');
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'text/event-stream' }, text));
    const answer = await openai.audio.speech.create({ model: 'up/t', voice: 'x', input: 'a', stream_format: 'sse' });
    expect(await answer.text()).toBe(text);
    expect(await rig.row()).toMatchObject({ stream: true, flags: [], usage: { input: 14, output: 101 } });
  });

  it('transcriptions: the file first, as the documents have it', async () => {
    rig.upstream.once(recording('openai-transcriptions/openai/json--openai-transcription'));
    const file = await toFile(wav(30), 'speech.wav');
    const answer = await openai.audio.transcriptions.create({ file, model: 'up/whisper-1' });
    expect(answer.text).toContain('Galileo');
    const sent = rig.upstream.calls[0]?.body.toString('latin1') ?? '';
    expect(sent.indexOf('name="file"')).toBeLessThan(sent.indexOf('name="model"\r\n\r\nwhisper-1\r\n'));
    expect(await rig.row()).toMatchObject({ usage: { audioSeconds: 37 }, flags: [], estimated: false });
  });

  it('a transcript as plain text is charged by the length of the sound', async () => {
    rig.upstream.once((_call, reply) => reply.send(200, { 'content-type': 'text/plain' }, ' Hello.'));
    const file = await toFile(wav(12), 'speech.wav');
    const answer = await openai.audio.transcriptions.create({ model: 'up/whisper-1', response_format: 'text', file });
    expect(answer).toBe(' Hello.');
    expect(await rig.row()).toMatchObject({ usage: { audioSeconds: 13 }, flags: ['usage-missing'], estimated: true });
  });

  it('a transcript as a stream', async () => {
    const id = 'openai-transcriptions/openai/stream--transcription-basic-functionality-openai-gpt-4o-transcribe-diari';
    rig.upstream.once(recording(id));
    const stream = await openai.audio.transcriptions.create({
      model: 'up/gpt-4o-transcribe-diarize',
      file: await toFile(wav(3), 'ruby.wav'),
      stream: true,
    });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(['transcript.text.segment', 'transcript.text.done']);
    expect(await rig.row()).toMatchObject({ stream: true, usage: { input: 37, audioInput: 37, output: 145 } });
  });

  it('translations', async () => {
    rig.upstream.once(recording('openai-translations/openai/json--audio-translation-basic'));
    const answer = await openai.audio.translations.create({
      file: await toFile(wav(2), 'a.wav'),
      model: 'up/whisper-1',
    });
    expect(answer.text).toContain('The sun rises');
    expect(await rig.row()).toMatchObject({ operation: 'translations', usage: { audioSeconds: 3 } });
  });

  it('legacy completions', async () => {
    rig.upstream.once(recording('openai-completions/openai/json--completion-suffix'));
    const answer = await openai.completions.create({ model: 'up/gpt-3.5-turbo-instruct', prompt: 'def' });
    expect(answer.choices[0]?.text).toContain('fib');
    expect(await rig.row()).toMatchObject({ usage: { input: 25, output: 30 }, flags: [] });
  });

  it('completions as a stream: usage is asked for, and the frame that nobody asked for is withheld', async () => {
    rig.upstream.once(recording('openai-completions/openai/stream--completion-streaming-usage'));
    const stream = await openai.completions.create({ model: 'up/babbage-002', prompt: 'def', stream: true });
    let choices = 0;
    for await (const chunk of stream) {
      expect(chunk.choices.length).toBe(1);
      choices++;
    }
    expect(choices).toBeGreaterThan(5);
    expect(rig.upstream.calls[0]?.json?.stream_options).toEqual({ include_usage: true });
    expect(await rig.row()).toMatchObject({ stream: true, usage: { input: 31, output: 25 }, flags: [] });
  });

  it.each([
    ['/v1/completions', 'openai-completions/openai/stream--async-completion-streaming'],
    [
      '/v1/audio/speech',
      'openai-transcriptions/openai/stream--transcription-basic-functionality-openai-gpt-4o-transcribe-diari',
    ],
  ])('a stream at %s is the same however it is cut', async (path, id) => {
    const kept = loadRecording(id);
    const body = { model: 'up/m', prompt: 'x', input: 'x', stream: true };
    const costs = new Set<string>();
    for (const step of [1, 7, 64, kept.response.length]) {
      rig.forget();
      const cuts = Array.from({ length: Math.floor(kept.response.length / step) }, (_, i) => (i + 1) * step);
      rig.upstream.once(recording(id, cuts));
      const got = await rig.call(path, body);
      expect(got.bytes.equals(kept.response)).toBe(true);
      costs.add((await rig.row()).costNanoUsd);
    }
    expect(costs.size).toBe(1);
  });

  it('a stream that breaks off ends in an error', async () => {
    const kept = loadRecording('openai-completions/openai/stream--async-completion-streaming');
    rig.upstream.once(async (_call, reply) => {
      reply.head(200, { 'content-type': 'text/event-stream' });
      await reply.write(kept.response.subarray(0, 1000));
      await reply.fin();
    });
    const stream = await openai.completions.create({ model: 'up/davinci-002', prompt: 'x', stream: true });
    await expect(
      (async () => {
        for await (const _chunk of stream);
      })(),
    ).rejects.toThrow(/complete/);
    expect(await rig.row()).toMatchObject({ status: 'failed' });
  });

  it('a request that hangs up is cancelled once', async () => {
    rig.upstream.once((_call, reply) => reply.hang());
    const gone = new AbortController();
    const asked = openai.embeddings.create({ model: 'up/m', input: 'x' }, { signal: gone.signal });
    await rig.upstream.waitForCalls(1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect((await rig.row()).status).toBe('cancelled');
    await rig.upstream.waitForClosed();
  });
});
