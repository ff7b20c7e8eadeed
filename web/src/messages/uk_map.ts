import type { Messages } from './en.ts'

/** What is written on the map and of it, in Ukrainian. */
export const drawn: Messages['drawn'] = {
  symbols: 'Позначки',
  standard: 'рамки MIL-STD-2525',
  plain: 'прості фігури',
  north: 'Пн',
  nobody: 'на цій висоті ніхто не бачить',
  ends: 'Падіння, пуски, звідки',
  ahead: (minutes) => `${minutes} хв`,
  flyingOn: (minutes) => `${minutes} хв, якщо так само`,
  fall: (minutes) => `падіння ${minutes}`,
  launch: 'пуск звідси',
  origin: 'прилетіло звідси',
  overload: (skipped) => `Цей екран не встигає. Пропущено: ${skipped}`,
  sheds: { names: 'підписи безпечних', ellipses: 'еліпси', trails: 'сліди', leaders: 'вектори' },
  lost: 'графічний драйвер забрав поверхню малювання; карта повернеться, щойно її буде надано знову',
  region: {
    broken: (why) => `${why}. Чи файл цілий? Зробіть його знову або приберіть [map] з файла об’єкта`,
    kind: (kind) => `її тайли мають вид ${kind}; ця сторінка малює векторні тайли (MVT), PNG, JPEG, WebP і AVIF`,
    empty: 'список її шарів порожній; векторному архіву потрібні "vector_layers" у метаданих',
  },
}
