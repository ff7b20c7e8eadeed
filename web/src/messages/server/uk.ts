import type { Sentence } from './sentences.ts'

export const uk: Record<Sentence, string> = {
  quiet: 'тихо',
  watch: 'увага',
  warning: 'тривога',
  'under way': 'триває',
  'all clear': 'відбій',
  'seen clear': 'видно: чисто',
  'partly seen': 'видно частково',
  blind: 'не видно',
  fresh: 'свіжий',
  stale: 'запізнюється',
  expired: 'мовчить',
  never: 'не чули',
  inside: 'усередині',
  due: 'має прийти',
  coming: 'наближається',
  passed: 'минуло',
  lost: 'втрачено',
  confirmed: 'підтверджено',
  'confirmed again': 'знову підтверджено',
  unknown: 'невідома',
  friend: 'своя',
  neutral: 'нейтральна',
  suspect: 'підозріла',
  hostile: 'ворожа',
  drones: 'дронів',
  missiles: 'ракет',
  ballistic: 'балістики',
  aircraft: 'літаків',
  nothing: 'нічого',
  none: 'немає',
  stage: 'стан',
  sensor: 'датчик',
  place: 'місце',
  track: 'ціль',
  clock: 'годинник',
  order: 'наказ',
  annunciation: 'тривога оператору',
  told: 'сказано',
  channel: 'канал',
  document: 'документ',
  other: 'інші',
  score: 'оцінка',
  note: 'нотатка',
  mark: 'позначка',
  merge: 'об’єднання',
  split: 'поділ',
  classify: 'клас',
  set: 'налаштування',
  acknowledge: 'підтвердження',
  shelve: 'відкладення',
  release: 'оголошення',
  cancel: 'скасування',
  end: 'відбій владою',
  sign: 'підпис',
  countersign: 'другий підпис',
  stop: 'зупинка',
  duty: 'чергування',
  cue: 'повідомлення про пуск',
  halt: 'зупинка навчання',
  alert: 'сповіщення',
  update: 'уточнення',
  draft: 'чернетка',
  asked: 'очікує',
  released: 'оголошено',
  withdrawn: 'відкликано',
  signed: 'підписано',
  'in force': 'чинний',
  ended: 'закінчився',
  stopped: 'зупинено',
  actual: 'справжній',
  exercise: 'навчання',
  test: 'випробування',
  on: 'на',
  off: 'з',
  '{1} and {2}': '{1} і {2}',
  '{1} of {2} approaches clear of {3}': '{1} з {2} підходів чисті від {3}',
  'nobody looks at: {1}': 'ніхто не дивиться: {1}',
  'partly behind the horizon, the ground or a field of view: {1}':
    'частково за обрієм, рельєфом чи поза полем зору: {1}',
  'more than {1} may have slipped through: {2}': 'понад {1} могли пройти непоміченими: {2}',
  'silent: {1}': 'мовчать: {1}',
  'all around': 'навколо',
  'the whole line': 'уся лінія',
  'stretch {1}': 'ділянка {1}',
  N: 'Пн',
  NNE: 'Пн-Пн-Сх',
  ENE: 'Сх-Пн-Сх',
  E: 'Сх',
  ESE: 'Сх-Пд-Сх',
  SSE: 'Пд-Пд-Сх',
  S: 'Пд',
  SSW: 'Пд-Пд-Зх',
  WSW: 'Зх-Пд-Зх',
  W: 'Зх',
  WNW: 'Зх-Пн-Зх',
  NNW: 'Пн-Пн-Зх',
  'silent for {1}': 'мовчить {1}',
  'clock {1} s off: set its clock; it no longer moves the watermark. {2}':
    'годинник відстає або поспішає на {1} с: виставте його; він більше не рухає межу часу. {2}',
  'clock {1} s off: set its clock; it no longer moves the watermark.':
    'годинник відстає або поспішає на {1} с: виставте його; він більше не рухає межу часу.',
  '{1} plots a scan that {2}, {3} declared: look for weather, birds or a false target generator there; nothing rests on them':
    '{1} відміток за огляд, яких ніхто інший не підтверджує, заявлено {3}: шукайте там погоду, птахів або генератор хибних цілей; на них нічого не спирається',
  'weighed down: its plots lie {1} times as far off as it says. Check its alignment, its clock and its sigmas; until then its variances count so much more':
    'важить менше: відмітки лежать у {1} раза далі, ніж заявлено. Перевірте орієнтування, годинник і сигми; доти його похибки враховано більшими',
  'counts fully again: its plots lie where it says': 'знову враховано повністю: відмітки там, де заявлено',
  'confirmed; continues {1} with probability {2}': 'підтверджено; продовжує {1} з імовірністю {2}',
  'not {1}, as known now': 'не {1}, як відомо тепер',
  'time went on by {1} s at once: none of it counts as quiet, and no alert ends by it':
    'час перескочив на {1} с: це не рахується як тиша, і жодна тривога через це не закінчується',
  '{1} -> {2}; {3}': '{1} → {2}; {3}',
  '{1} -> {2}': '{1} → {2}',
  'first entry likely in {1} s': 'перший вхід імовірно через {1} с',
  '{1} (lost)': '{1} (втрачено)',
  'ended by an authority': 'завершено владою',
  'ended; part of the area was not observed': 'закінчено; частину району не спостерігали',
  'it has passed; the place was not at warning': 'минуло; місце не було в тривозі',
  'held: {1}; a named authority ends it': 'утримано: {1}; завершує названа влада',
  'held: not seen clear': 'утримано: не видно чисто',
  'sent in error: {1}': 'надіслано помилково: {1}',
  '{1} (by {2}: {3})': '{1} ({2}: {3})',
  'now part of: {1}': 'тепер частина: {1}',
  '{1} places of {2}, the worst at {3}': '{1} місць у {2}, найгірше: {3}',
  '{1} places, the worst at {2}': '{1} місць, найгірше: {2}',
  'acknowledged by {1}': 'підтвердив(ла) {1}',
  'not asking for it': 'не потребує цього',
  'shelved for {1} min: {2}': 'відкладено на {1} хв: {2}',
  'no longer shelved: {1}': 'більше не відкладено: {1}',
  '{1}: it sounded {2} times and you saw {3}; look at it, then acknowledge':
    '{1}: прозвучало {2} разів, а ви бачили {3}; подивіться й підтвердьте',
  '{1}: it is {2} already; nothing was done': '{1}: уже {2}; нічого не зроблено',
  'shelving needs minutes from 1 to {1} (0 takes it back) and a reason':
    'для відкладення потрібні хвилини від 1 до {1} (0 скасовує) і причина',
  'no annunciation {1} asks for anything now: it has ended, or is part of another':
    'тривога {1} нічого не потребує: вона закінчилась або є частиною іншої',
  'it has sounded again since you looked: look again': 'відтоді вона прозвучала знову: подивіться ще раз',
  'standing order {1} has released a warning for {2}; {3} so far':
    'постійний наказ {1} оголосив тривогу для {2}; досі {3}',
  '{1}: confirmed by {2}; a second person must confirm it, too': '{1}: підтвердив(ла) {2}; потрібна ще друга особа',
  'no statement {1} waits for a release: what you saw has changed since; look again':
    'жодне повідомлення {1} не чекає оголошення: відтоді все змінилось; подивіться ще раз',
  '{1}: the picture holds it at {2}, so a second person must cancel it, too':
    '{1}: за картиною стан {2}, тому скасувати має ще й друга особа',
  '{1}: released by {2} and {3}': '{1}: оголосили {2} і {3}',
  '{1}: {2} was {3}: {4}; look again': '{1}: {2} було {3}: {4}; подивіться ще раз',
  '{1}: you saw {2}, and the last word is {3}; look, then cancel':
    '{1}: ви бачили {2}, а останнє слово — {3}; подивіться, потім скасуйте',
  '{1}: cancelled by one person, since the picture does not hold it at warning':
    '{1}: скасовано однією особою, бо за картиною тривоги немає',
  '{1}: the picture holds it at {2}, so a second, different person must cancel':
    '{1}: за картиною стан {2}, тому скасувати має друга, інша особа',
  '{1}: cancelled by {2} and {3}, while the picture holds it at {4}':
    '{1}: скасували {2} і {3}, хоча за картиною стан {4}',
  'no released public statement {1} is open: it has ended or expired; look again':
    'немає чинного оголошення {1}: воно закінчилося; подивіться ще раз',
  '{1}: {2}; at the next second, unless danger is forecast there still':
    '{1}: {2}; наступної секунди, якщо там більше не прогнозовано небезпеки',
  '{1}: this cannot be released now: {2}': '{1}: зараз це не можна оголосити: {2}',
  'nobody was asked yet': 'ще нікого не запитано',
  '{1}: {2} was released already ({3}); nothing was done': '{1}: {2} вже оголошено ({3}); нічого не зроблено',
  '{1}: {2} is the draft of a later {3}; it is not released by hand':
    '{1}: {2} — чернетка пізнішого ({3}); вручну її не оголошують',
  '{1}: this was cancelled already; nothing was done': '{1}: це вже скасовано; нічого не зроблено',
  '{1}: only a supervisor who is signed in may end what was not seen to end':
    '{1}: завершити те, чого кінця не видно, може лише керівник, який увійшов',
  '{1} is not at warning now: there is nothing to end': '{1} зараз не в тривозі: нема чого завершувати',
  '{1}: you saw another event than {2}; look again': '{1}: ви бачили іншу подію, ніж {2}; подивіться ще раз',
  '{1}: {2} has confirmed already; a second, different person must':
    '{1}: {2} вже підтвердив(ла); має друга, інша особа',
  'you have confirmed already: another person must': 'ви вже підтвердили: має інша особа',
  'give a reason: it stays with the evidence': 'вкажіть причину: вона лишається з доказами',
  '{1} is for a person who is signed in as operator or supervisor; {2} is not':
    '{1} — для оператора чи керівника, який увійшов; {2} — ні',
  'releasing an alert': 'оголошення тривоги',
  'cancelling an alert': 'скасування тривоги',
  '{1} is not named for {2}; these are: {3}': '{1} не призначено для {2}; призначено: {3}',
  'standing order {1} signed by {2}; a second person must countersign it':
    'постійний наказ {1} підписав(ла) {2}; потрібен другий підпис',
  'standing order {1} is in force, signed by {2} and {3}': 'постійний наказ {1} чинний, підписали {2} і {3}',
  'standing order {1} stopped by {2}: nothing is released by it any more':
    'постійний наказ {1} зупинив(ла) {2}: за ним більше нічого не оголошують',
  '{1} is {2} duty': '{1}: {2} чергування',
  'a launch was reported by {1}: counts for ten minutes': 'про пуск повідомив(ла) {1}: чинно десять хвилин',
  'the exercise has stopped: {1} is really at warning': 'навчання зупинено: {1} справді в тривозі',
  "duty is 'on' or 'off', for operators and supervisors": "чергування: 'on' або 'off', для операторів і керівників",
  'a launch is reported by a person who is signed in': 'про пуск повідомляє особа, яка увійшла',
  'this instance is {1}, not an exercise: it is never stopped': 'тут {1}, а не навчання: це ніколи не зупиняють',
  'the exercise has stopped already; nothing was done': 'навчання вже зупинено; нічого не зроблено',
  'is not authenticated': 'не доводить, хто він',
  'is of kind {1}, which is never the only path': 'має тип {1}, а він ніколи не буває єдиним шляхом',
  'no standing order is called {1}; there are: {2}': 'немає постійного наказу {1}; є: {2}',
  '{1} = {2}: give a number {3}: {4}': '{1} = {2}: дайте число {3}: {4}',
  'a standing order {1} is there already: give another': 'постійний наказ {1} вже є: дайте іншу назву',
  'a standing order {1} needs a name: give another': 'постійному наказу {1} потрібна назва: дайте іншу',
  'places = {1}: name places of the site, or the parents of some, with commas':
    'places = {1}: назвіть місця сайту або їхні групи, через кому',
  'classes = {1}: expected some of {2}': 'classes = {1}: очікувано якісь із {2}',
  'one sensor is enough for {1} only; leave the others to another order':
    'одного датчика досить лише для {1}; решту лишіть іншому наказу',
  'sensor = {1} {2}: name one that proves who it is and looks by itself':
    'sensor = {1} {2}: назвіть такий, що доводить, хто він, і дивиться сам',
  "measured = '': say how its false alerts were measured, and on what data":
    "measured = '': скажіть, як і на яких даних виміряно хибні тривоги",
  'standing order {1} is {2}: it waits for no signature': 'постійний наказ {1}: {2}; він не чекає підпису',
  '{1} has signed already: a different person must sign, under whatever name':
    '{1} вже підписав(ла): має підписати інша особа, хай під яким ім’ям',
  'standing order {1} has ended before it was countersigned: sign a new one':
    'постійний наказ {1} закінчився до другого підпису: підпишіть новий',
  'a standing order is stopped by a person who is signed in': 'постійний наказ зупиняє особа, яка увійшла',
  'standing order {1} is stopped by {2}, or a supervisor': 'постійний наказ {1} зупиняє {2} або керівник',
  'standing order {1} is {2} already; nothing was done': 'постійний наказ {1} уже {2}; нічого не зроблено',
  '{1} is for a person who is signed in; {2} is not': '{1} — для особи, яка увійшла; {2} — ні',
  'a standing order is valid for 7 days at most': 'постійний наказ чинний щонайбільше 7 днів',
  'at least 3': 'щонайменше 3',
  'as measured for this rule': 'як виміряно для цього правила',
  'is not valid yet': 'ще не чинний',
  'is for other places': 'для інших місць',
  'allows {1} km2, and this is {2}': 'дозволяє {1} км², а тут {2}',
  'allows {1} people, and here live {2} (`residents` of the site file)':
    'дозволяє {1} осіб, а тут живе {2} (`residents` у файлі сайту)',
  'has released {1} times in the last hour, as often as it may': 'оголосив {1} разів за останню годину, більше не може',
  'finds too few paths or detections': 'знаходить замало шляхів або виявлень',
  'is for other classes': 'для інших класів',
  'asks for a chance of {1}, and this is less': 'потребує ймовірності {1}, а тут менше',
  'no answer in time': 'немає відповіді вчасно',
  'it expired before it could be sent ({1} attempts): {2}':
    'закінчилося раніше, ніж вдалося надіслати (спроб: {1}): {2}',
  'well again after {1} s': 'знову справний через {1} с',
  'fails: {1}': 'збій: {1}',
  'could not be made: {1}': 'не вдалося скласти: {1}',
  'a newer one of its event took its place': 'його місце зайняло новіше про ту саму подію',
  'queue: full': 'черга: повна',
  'queue: above the declared rate': 'черга: понад заявлену частоту',
  'nothing heard of {1} for {2} s{3}: that it says nothing is no all clear':
    'від {1} нічого не чути {2} с{3}: мовчання — не відбій',
  '{1} cannot be read: {2}': '{1} не вдається прочитати: {2}',
  '{1} is an actual alert for its ground': '{1} — справжня тривога для цієї місцевості',
  'the night of {1} is scored: {2}; see {3} among the scores': 'ніч {1} оцінено: {2}; див. {3} серед оцінок',
  '{1} took no test within {2} s: a real alert would be late there, too':
    '{1} не прийняв випробування за {2} с: справжня тривога там теж запізниться',
  'minute target: {1}': 'хвилинна ціль: {1}',
  'a target that flew at its place for {1} s was not warned of: thinking is broken':
    'про ціль, що летіла на своє місце {1} с, не попередили: обчислення зламано',
  'no channel serves its test: write test among the statuses of one, for staff':
    'жоден канал не приймає випробувань: додайте test до статусів одного, для персоналу',
  'still starting: nothing can be looked up yet, try again in a minute':
    'ще запускається: поки нічого не можна подивитися, спробуйте за хвилину',
  'still starting: try again in a minute': 'ще запускається: спробуйте за хвилину',
  'compiling kernels': 'компілюються ядра',
  loading: 'завантаження',
  starting: 'запуск',
  'thinking has not come back for {1} s: the picture is old': 'обчислення мовчать {1} с: картина стара',
  'the disk is full: decisions are still kept, what sensors say is not. Free room on it now':
    'диск повний: рішення ще зберігаються, дані датчиків — ні. Звільніть місце зараз',
  'ledger: {1}': 'журнал доказів: {1}',
  '{1} failed ({2}) and is started again': '{1}: збій ({2}), запускається знову',
  'nothing is kept of {1} s UTC: ask for a moment between the bounds of /api/ledger':
    'про мить {1} с UTC нічого не збережено: оберіть мить у межах журналу',
  '{1} s UTC is too near to the present, or nothing was thought then: try another moment':
    'мить {1} с UTC надто близька або тоді нічого не обчислювали: оберіть іншу',
  'nothing is known of a track {1} at {2} s UTC: ask for a moment when it was':
    'про ціль {1} на {2} с UTC нічого не відомо: оберіть мить, коли вона була',
  'no ledger is kept here, so nothing can be thought again':
    'журналу доказів тут немає, тож нічого не можна обчислити знову',
  'no ledger is kept here, so nothing more is known of the past than was known then':
    'журналу доказів тут немає, тож про минуле відомо лише те, що було відомо тоді',
  'no ledger is kept here, so there are no receipts': 'журналу доказів тут немає, тож немає й підтверджень',
  'no ledger is kept here, so there are no events to go to':
    'журналу доказів тут немає, тож немає подій, до яких перейти',
  'no ledger is kept here: there are no entries that a decision could rest on':
    'журналу доказів тут немає: рішенню нема на що спертися',
  'the site has no sensor {1}; /api/site lists them': 'на сайті немає датчика {1}; перелік — /api/site',
  'control: {1} with {2} is not possible; send pause, resume, speed ({3} to {4}) or seek ({5} to {6}, seconds UTC)':
    'керування: {1} з {2} неможливе; надішліть pause, resume, speed (від {3} до {4}) або seek (від {5} до {6}, секунди UTC)',
  '{1}: {2} released': '{1}: {2} оголошено',
  '{1} may not be changed while running; these may: {2}': '{1} не можна змінювати під час роботи; можна: {2}',
  '{1} = {2} is no number; give one from {3} to {4}': '{1} = {2} не число; дайте від {3} до {4}',
  '{1} = {2} is outside {3} to {4}: {5}': '{1} = {2} поза межами від {3} до {4}: {5}',
  '{1} = {2}: release_existence must stay below confirm_existence; change the other one first':
    '{1} = {2}: release_existence має бути нижче за confirm_existence; спершу змініть інше',
  '{1} was {2} when you looked and is {3} now: look again, then give the order anew':
    '{1}: було {2}, коли ви дивилися, тепер {3}: подивіться й віддайте наказ знову',
  '{1}: {2} -> {3}': '{1}: {2} → {3}',
  'mark {1} is unknown; expected one of {2}, or nothing to take it back':
    'позначка {1} невідома; очікувано одну з {2} або нічого, щоб зняти',
  'mark taken back': 'позначку знято',
  'track {1}: {2}': 'ціль {1}: {2}',
  'somebody marked track {1} as {2} while you decided: look again, then give the order anew':
    'поки ви вирішували, хтось позначив ціль {1} як {2}: подивіться й віддайте наказ знову',
  'track {1} was {2} when you looked and is {3} now: look again, then give the order anew':
    'ціль {1}: була {2}, коли ви дивилися, тепер {3}: подивіться й віддайте наказ знову',
  'count = {1} is no whole number: say how many fly there': 'count = {1} не ціле число: скажіть, скільки там летить',
  'count = {1}: say how many fly there, from 1 (take it back) to {2}':
    'count = {1}: скажіть, скільки там летить, від 1 (скасувати) до {2}',
  'action {1} is unknown; expected one of {2}': 'дія {1} невідома; очікувано одну з {2}',
  'action {1} is unknown: send one of {2}': 'дія {1} невідома: надішліть одну з {2}',
  'no track {1} in the picture now; look it up again, it may have ended':
    'цілі {1} зараз немає в картині; знайдіть її знову, можливо, вона закінчилась',
  'track {1} is shown as track {2}': 'ціль {1} показано як ціль {2}',
  'track {1}: at least {2} fly there': 'ціль {1}: там летять щонайменше {2}',
  'track {1} and {2} are shown apart again': 'цілі {1} і {2} знову показано окремо',
  'track {1}: as many as the sensors say': 'ціль {1}: стільки, скільки кажуть датчики',
  'track {1} and track {2} are one already': 'ціль {1} і ціль {2} вже одна',
  'class {1} is unknown; expected one of {2}, or nothing': 'клас {1} невідомий; очікувано один із {2} або нічого',
  'you are not signed in: open a one-time link, or sign in with your password':
    'ви не увійшли: відкрийте одноразове посилання або увійдіть із паролем',
  'the role {1} may not {2}: ask somebody whose role may': 'роль {1} не може {2}: попросіть того, чия роль може',
  'name {1} cannot be used; give 1 to {2} printable characters':
    'ім’я {1} не підходить; від 1 до {2} друкованих знаків',
  'this password cannot be used: give {1} to {2} characters without your name':
    'цей пароль не підходить: від {1} до {2} знаків, без вашого імені',
  'nobody who may sign in is called {1}; admit them first':
    'немає нікого на ім’я {1}, хто може увійти; спершу допустіть',
  'no statement {1} now: it may be over; look at the list again':
    'зараз немає повідомлення {1}: можливо, воно закінчилось; перегляньте перелік',
  'no CAP documents are made here: write [cap] sender = ... into the site file':
    'документи CAP тут не складають: впишіть [cap] sender = ... у файл сайту',
  'no such document stands in the feed (any more)': 'такого документа у стрічці (вже) немає',
  'these bytes are not durable yet and may be lost: send them again later':
    'ці дані ще не збережено, вони можуть загубитися: надішліть пізніше знову',
  'send `Authorization: Bearer <the token of feed {1}>`': 'надішліть `Authorization: Bearer <токен джерела {1}>`',
  'the queue of this feed is full: send the same bytes again later':
    'черга цього джерела повна: надішліть ті самі дані пізніше',
  'no feed {1} comes by HTTP here: name it in the site file':
    'джерело {1} не надходить сюди через HTTP: назвіть його у файлі сайту',
  'the order is not durable yet: send it again with the same key, it will have one effect':
    'наказ ще не збережено: надішліть знову з тим самим ключем, він подіє один раз',
  'this picture is live: time cannot be paused, sped up or turned back':
    'ця картина наживо: час не можна зупинити, пришвидшити чи повернути',
  'nobody is called {1}: GET /api/people lists everybody': 'немає нікого на ім’я {1}: перелік — GET /api/people',
  'metrics are read on the machine itself: run Prometheus or its agent there':
    'показники читають на самій машині: запустіть там Prometheus або його агента',
  'no page {1} is kept here: look at the list again': 'сторінки {1} тут немає: перегляньте перелік',
  'too many tries: wait {1} s': 'забагато спроб: зачекайте {1} с',
  'many are signing in just now: try again in a second': 'саме зараз входить багато людей: спробуйте за секунду',
  'this link is used, too old or unknown: ask for a new one, each works once':
    'це посилання використане, застаріле або невідоме: попросіть нове, кожне діє раз',
  'name or password is wrong': 'ім’я або пароль неправильні',
  'the old password is wrong: nothing was changed': 'старий пароль неправильний: нічого не змінено',
  'the site file names no map file: write [map] pmtiles = ... into it':
    'файл сайту не називає файла карти: впишіть [map] pmtiles = ...',
  'below 0.5 a track is more likely absent than present': 'нижче 0.5 цілі радше немає, ніж вона є',
  'must stay below the confirming value': 'має бути нижче за значення підтвердження',
  'a sensor cannot be late before its period is over': 'датчик не може запізнитися, поки не минув його період',
  'an expired sensor was late before': 'датчик, що замовк, раніше запізнювався',
  'silence longer than a minute must be seen': 'мовчання понад хвилину має бути видно',
}
