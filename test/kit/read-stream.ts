/** A whole SSE answer: its text and the JSON of each `data:` frame but `[DONE]`. */
export async function readStream(response: Response): Promise<{ text: string; frames: Frame[] }> {
  const text = await response.text();
  const frames = text
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: ') && frame !== 'data: [DONE]')
    .map((frame) => JSON.parse(frame.slice(6)) as Frame);
  return { text, frames };
}

// Frames are what the test asserts of them.
// oxlint-disable-next-line typescript/no-explicit-any
type Frame = any;
