import type { MessageKind } from './message-kind.ts'

export interface Told {
  readonly kind: MessageKind
  readonly clinic: string
  readonly timeZone: string
  readonly language: string | undefined
  readonly was: Date | undefined
  readonly start: Date | undefined
  /** Of an offer. */
  readonly deadline: Date | undefined
}

type Texts = Readonly<Record<MessageKind, readonly [subject: string, text: string]>> & {
  readonly end: string
}

const texts: Readonly<Record<string, Texts>> = {
  en: {
    moved: [
      'Your appointment has been moved',
      'Your appointment of {was} has been moved. It is now on {start}.',
    ],
    changed: [
      'Your appointment has changed',
      'The time of your appointment stays: {start}. Whom you see, or where, has changed.',
    ],
    cancelled: ['Your appointment has been cancelled', 'Your appointment of {was} has been cancelled.'],
    offered: [
      'A time has come free for you',
      'You are on the waiting list. A time has come free for you: {start}. It is held for you until {deadline}: please answer by then.',
    ],
    end: 'If this does not suit you, or you have a question, please call {clinic}. Replies to this letter are not read.',
  },
  de: {
    moved: ['Ihr Termin wurde verlegt', 'Ihr Termin vom {was} wurde verlegt. Er ist jetzt am {start}.'],
    changed: [
      'Ihr Termin hat sich geändert',
      'Die Zeit Ihres Termins bleibt: {start}. Bei wem oder wo er stattfindet, hat sich geändert.',
    ],
    cancelled: ['Ihr Termin wurde abgesagt', 'Ihr Termin vom {was} wurde abgesagt.'],
    offered: [
      'Für Sie ist ein Termin frei geworden',
      'Sie stehen auf der Warteliste. Für Sie ist ein Termin frei geworden: {start}. Er wird bis {deadline} für Sie gehalten: Bitte antworten Sie bis dahin.',
    ],
    end: 'Wenn das nicht passt oder Sie Fragen haben, rufen Sie bitte an: {clinic}. Antworten auf diesen Brief werden nicht gelesen.',
  },
}

/** When, and nothing of whom, where or what for: letters are read by others too. */
export function writeLetter(told: Told): { readonly subject: string; readonly text: string } {
  const language = told.language !== undefined && Object.hasOwn(texts, told.language) ? told.language : 'en'
  const { end, [told.kind]: letter } = texts[language] as Texts
  const moment = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZone: told.timeZone, timeZoneName: 'short' },
  })
  const values: Readonly<Record<string, string>> = {
    clinic: told.clinic,
    ...Object.fromEntries(
      (['was', 'start', 'deadline'] as const).map((name) => [
        name,
        told[name] ? moment.format(told[name]) : '',
      ]),
    ),
  }
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
  return { subject: letter[0], text: `${fill(letter[1])}\n\n${fill(end)}\n` }
}
