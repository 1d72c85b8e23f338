import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_CAP, FrameDecoder } from '../../../electron/wire/framing.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = (frames: readonly Uint8Array[]): number[][] => frames.map((frame) => [...frame]);

describe('encodeFrame', () => {
  it('puts a little-endian length before the message', () => {
    expect([...encodeFrame(bytes(7, 8, 9))]).toEqual([3, 0, 0, 0, 7, 8, 9]);
  });

  it('takes the longest message and no longer one, and no empty one', () => {
    expect(encodeFrame(new Uint8Array(FRAME_CAP)).length).toBe(FRAME_CAP + 4);
    expect(() => encodeFrame(new Uint8Array(FRAME_CAP + 1))).toThrow(RangeError);
    expect(() => encodeFrame(new Uint8Array(0))).toThrow(RangeError);
  });
});

describe('FrameDecoder', () => {
  const messages = [bytes(1), bytes(2, 3), new Uint8Array(300).fill(4), bytes(5)];
  const stream = Uint8Array.from(messages.flatMap((message) => [...encodeFrame(message)]));

  it.each([1, 2, 3, 4, 5, 7, 11, 64, 1000])('gives the same messages from chunks of %i bytes', (size) => {
    const decoder = new FrameDecoder();
    const found: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) {
      const { frames, problem } = decoder.push(stream.subarray(at, at + size));
      expect(problem).toBeNull();
      found.push(...frames.map((frame) => frame.slice()));
    }
    expect(plain(found)).toEqual(plain(messages));
    expect(decoder.end()).toBeNull();
  });

  it('keeps a message intact when the chunk that began it is used again', () => {
    const decoder = new FrameDecoder();
    const chunk = bytes(3, 0, 0, 0, 1, 2);
    decoder.push(chunk);
    chunk.fill(99);
    expect(plain(decoder.push(bytes(3)).frames)).toEqual([[1, 2, 3]]);
  });

  it('takes a message of the whole cap in pieces', () => {
    const decoder = new FrameDecoder();
    const frame = encodeFrame(new Uint8Array(FRAME_CAP).fill(6));
    expect(decoder.push(frame.subarray(0, 65_536)).frames).toEqual([]);
    const { frames } = decoder.push(frame.subarray(65_536));
    expect(frames[0]?.length).toBe(FRAME_CAP);
    expect(frames[0]?.every((byte) => byte === 6)).toBe(true);
  });

  it('refuses a length of zero, keeps the messages before it, and gives nothing after it', () => {
    const decoder = new FrameDecoder();
    const { frames, problem } = decoder.push(bytes(1, 0, 0, 0, 9, 0, 0, 0, 0, 1, 0, 0, 0, 9));
    expect(plain(frames)).toEqual([[9]]);
    expect(problem?.code).toBe('frame-empty');
    expect(decoder.push(encodeFrame(bytes(1)))).toMatchObject({
      frames: [],
      problem: { code: 'frame-empty' },
    });
  });

  it('refuses more than the cap without making room for it', () => {
    const decoder = new FrameDecoder();
    const { problem } = decoder.push(bytes(1, 0, 16, 0));
    expect(problem?.code).toBe('frame-oversized');
    expect(problem?.message).toContain(`${FRAME_CAP + 1} bytes`);
  });

  it('takes text for what it is: not ours', () => {
    const { frames, problem } = new FrameDecoder().push(
      new TextEncoder().encode('HTTP/1.1 400 Bad Request\r\n'),
    );
    expect(frames).toEqual([]);
    expect(problem?.code).toBe('frame-oversized');
  });

  it.each([
    [[2], 'after 1 of 4 bytes'],
    [[2, 0, 0, 0], 'after 0 of 2 bytes'],
    [[2, 0, 0, 0, 1], 'after 1 of 2 bytes'],
  ])('says that a stream ending after %j was cut', (cut, text) => {
    const decoder = new FrameDecoder();
    decoder.push(Uint8Array.from(cut));
    expect(decoder.end()).toMatchObject({ code: 'frame-truncated' });
    expect(decoder.end()?.message).toContain(text);
  });
});
