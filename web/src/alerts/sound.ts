import { picked } from '../view/choices.svelte.ts'

export type Sound = 'warning' | 'watch' | 'note'

/** Each priority has its own figure: [hertz, seconds from the start, seconds long]. Told apart by rhythm as by pitch. */
const FIGURES: Record<Sound, readonly (readonly [number, number, number])[]> = {
  warning: [0, 0.35, 0.7, 1.05].flatMap((at) => [[880, at, 0.16] as const, [660, at + 0.17, 0.16] as const]),
  watch: [
    [523, 0, 0.3],
    [659, 0.35, 0.45],
  ],
  note: [[440, 0, 0.12]],
}
/** An exercise is heard at once: two knocks before, and a hollow voice. */
const KNOCKS = [
  [140, 0, 0.08],
  [140, 0.14, 0.08],
] as const
const AFTER_KNOCKS_S = 0.4

let context: AudioContext | null = null
/** How often each was played on this page: for its visible twin and for tests. */
export const played: Record<Sound, number> = { warning: 0, watch: 0, note: 0 }

/** A browser lets a page sound only after a person has touched it; to try earlier only fills its console. */
export function allowed(): boolean {
  return navigator.userActivation.hasBeenActive
}

/** Plays a sound. False when sound is off, or nobody has touched the page yet. */
export function play(sound: Sound, exercise: boolean): boolean {
  if (!picked.sound || !allowed()) return false
  try {
    context ??= new AudioContext()
  } catch {
    return false
  }
  if (context.state === 'suspended') void context.resume()
  played[sound] += 1
  const start = context.currentTime + 0.02
  if (exercise) for (const note of KNOCKS) beep(context, note, start, 'square')
  const shift = exercise ? AFTER_KNOCKS_S : 0
  for (const note of FIGURES[sound]) beep(context, note, start + shift, exercise ? 'triangle' : 'sawtooth')
  return true
}

function beep(
  on: AudioContext,
  [hertz, at, long]: readonly [number, number, number],
  start: number,
  voice: OscillatorType,
): void {
  const tone = on.createOscillator()
  const loud = on.createGain()
  tone.type = voice
  tone.frequency.value = hertz
  const [from, to] = [start + at, start + at + long]
  loud.gain.setValueAtTime(0, from)
  loud.gain.linearRampToValueAtTime(0.25 * picked.volume, from + 0.01)
  loud.gain.setValueAtTime(0.25 * picked.volume, Math.max(from + 0.01, to - 0.03))
  loud.gain.linearRampToValueAtTime(0, to)
  tone.connect(loud).connect(on.destination)
  tone.start(from)
  tone.stop(to)
}

/** Says a sentence where the browser can, in the language of the page. */
export function say(text: string, language: string): void {
  if (!picked.spoken || !allowed() || !('speechSynthesis' in window)) return
  const words = new SpeechSynthesisUtterance(text)
  words.lang = language
  words.volume = picked.volume
  speechSynthesis.speak(words)
}
