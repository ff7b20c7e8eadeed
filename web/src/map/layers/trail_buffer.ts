import type { BinaryAttribute, LayerContext } from '@deck.gl/core'
import { STEPS, STEP_S, type Trails } from '../../live/trails.ts'

type Device = LayerContext['device']
type GpuBuffer = ReturnType<Device['createBuffer']>
export interface TrailData {
  length: number
  columns: number
  rows: number
  attributes: Record<string, BinaryAttribute>
}

/**
 * The trails on the GPU: one buffer of points that is read twice, once a step later, so that each instance is a segment.
 * Between steps only the newest row is sent; hidden tracks get a column of one point, which draws nothing.
 */
export class TrailBuffer {
  private buffer: GpuBuffer | null = null
  private version = -1
  private of: Trails | null = null
  private hiddenVersion = -1
  private masked = new Float32Array(0)
  private layout = ''
  private attributes: Record<string, BinaryAttribute> = {}

  data(device: Device, trails: Trails, why: Uint8Array, hiddenVersion: number, minutes: number): TrailData {
    const rows = Math.min(STEPS, Math.round((minutes * 60) / STEP_S))
    const bytes = trails.points.byteLength
    if (this.buffer?.byteLength !== bytes) {
      this.buffer?.destroy()
      this.buffer = device.createBuffer({ byteLength: bytes })
      this.version = -1
      this.layout = ''
    }
    const whole = this.of !== trails || this.version !== trails.version || this.hiddenVersion !== hiddenVersion
    const width = 2 * trails.capacity
    if (whole) this.buffer.write(this.mask(trails, why))
    else this.buffer.write(this.newest(trails, why, width), STEPS * width * 4)
    const { buffer } = this
    this.of = trails
    this.version = trails.version
    this.hiddenVersion = hiddenVersion
    return {
      length: rows * trails.capacity,
      columns: trails.capacity,
      rows,
      attributes: this.read(buffer, rows, trails.capacity),
    }
  }

  destroy(): void {
    this.buffer?.destroy()
    this.buffer = null
  }

  private mask(trails: Trails, why: Uint8Array): Float32Array {
    if (!why.some((reason) => reason !== 0 && reason !== 255)) return trails.points
    if (this.masked.length !== trails.points.length) this.masked = new Float32Array(trails.points.length)
    const { masked } = this
    masked.set(trails.points)
    const width = 2 * trails.capacity
    for (let row = 0; row < why.length; row++) {
      if (why[row] === 0) continue
      for (let at = 2 * row; at < masked.length; at += width) masked[at] = masked[at + 1] = 0
    }
    return masked
  }

  private newest(trails: Trails, why: Uint8Array, width: number): Float32Array {
    const now = trails.points.slice(STEPS * width)
    for (let row = 0; row < why.length; row++) if (why[row] !== 0) now[2 * row] = now[2 * row + 1] = 0
    return now
  }

  /** Offsets change only with the length of trails and the capacity: a new layout costs a new shader program. */
  private read(buffer: GpuBuffer, rows: number, capacity: number): Record<string, BinaryAttribute> {
    const layout = `${rows}/${capacity}`
    if (layout !== this.layout) {
      const step = 8 * capacity
      const points = (first: number): BinaryAttribute => {
        return { buffer, type: 'float32', size: 2, stride: 8, offset: first * step }
      }
      this.attributes = {
        instanceSourcePositions: points(STEPS - rows),
        instanceTargetPositions: points(STEPS - rows + 1),
      }
      this.layout = layout
    }
    return this.attributes
  }
}
