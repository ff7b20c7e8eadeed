import { getJson } from '../session/http.ts'
import { language } from '../messages/index.ts'
import { type Source, readOthers } from '../others/others.ts'
import { type Deliveries, readDeliveries } from '../receipts/receipts.ts'

const OTHERS_MS = 10_000
const RECEIPTS_MS = 3_000

/** What is asked for again and again beside the live line: other authorities, and receipts while somebody looks at them. */
export class Asked {
  others = $state.raw<Source[]>([])
  deliveries = $state.raw<Deliveries | null>(null)
  private timer: ReturnType<typeof setInterval> | undefined

  start(): void {
    void this.askOthers()
    this.timer = setInterval(() => void this.askOthers(), OTHERS_MS)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Asks for receipts until the returned function is called. */
  watchReceipts(): () => void {
    void this.askReceipts()
    const every = setInterval(() => void this.askReceipts(), RECEIPTS_MS)
    return () => {
      clearInterval(every)
    }
  }

  private async askOthers(): Promise<void> {
    const outcome = await getJson('/api/others')
    if (outcome.ok) this.others = readOthers(outcome.value, language)
  }

  private async askReceipts(): Promise<void> {
    const outcome = await getJson('/api/latency')
    if (outcome.ok) this.deliveries = readDeliveries(outcome.value)
  }
}
