import type { MapControls } from '../map/controls.ts'
import { m } from '../messages/index.ts'
import { utcClock, utcDate } from '../time/clock.ts'
import { focus } from '../view/choices.svelte.ts'
import type { Desk } from '../view/desk.svelte.ts'
import { type Linked, encode, take } from './link.ts'

/** The address bar: it holds the whole view, so that copying it shows another person the same. */
export class Address {
  private readonly desk: Desk
  private readonly map: () => MapControls | null
  private wanted: Linked | null
  private wrote = ''

  constructor(desk: Desk, map: () => MapControls | null) {
    this.desk = desk
    this.map = map
    this.wanted = take(location.hash)
    if (this.wanted !== null) {
      focus.chosen = this.wanted.track
      focus.place = this.wanted.place
    }
  }

  /** The map is there: it goes where the link says, or shows the place that the link names. */
  arrive(): void {
    const { view, place } = this.wanted ?? { view: null, place: null }
    const known = this.desk.feed.site?.places.find((one) => one.name === place)
    if (view !== null) this.map()?.go(view)
    else if (known !== undefined) this.map()?.show(known, [])
  }

  /** Called each second: goes to the link's moment once it is known what is kept, then writes what is shown. */
  write(): void {
    if (this.desk.feed.version === 0) return
    const { timeline } = this.desk
    if (this.wanted?.time != null && timeline.first > 0) {
      const { time } = this.wanted
      this.wanted.time = null
      if (time < timeline.first) timeline.trouble = m.time.notKept(`${utcDate(time)} ${utcClock(time)}`)
      else timeline.goto(time)
    }
    const now = this.now()
    if (this.wrote === '') this.wrote = now
    if (now === this.wrote) return
    this.wrote = now
    history.replaceState(null, '', location.pathname + location.search + now)
  }

  /** The address of what is shown now. */
  now(): string {
    const { timeline } = this.desk
    return encode({
      view: this.map()?.view() ?? null,
      time: timeline.past ? timeline.wanted : null,
      track: focus.chosen,
      place: focus.place,
    })
  }
}
