import { Refusal } from '../refusal.ts'

/**
 * Each number leaves room for the heaviest honest search (worklists of a few hundred ids, chains over four or five
 * resources) and keeps what one URL can cost within what a statement timeout forgives.
 */
export const limits = {
  /** All values of a search together; 100 ids in a list are common, 1,000 are one index probe each. */
  values: 1_000,
  /** AND-ed criteria, counted in chains, `_has` and `_filter` too: each is a join or a predicate for the planner. */
  criteria: 100,
  /** Longest single value outside `_filter`: URLs and canonicals stay far below. */
  valueLength: 2_000,
  /** Links of one chain or nested `_has`. Real ones have up to four; every link is a nested query. */
  chainDepth: 8,
  /** Types that the links of one search may lead to, all together: `focus._id` fans out to all 146. */
  chainTargets: 300,
  sortKeys: 5,
  includes: 40,
  filterLength: 4_000,
  filterDepth: 16,
}

/** Counts what one search asks for, whatever parameter asks it. */
export class Budget {
  #values = 0
  #criteria = 0
  #targets = 0

  takeValues(count: number, expression: string): void {
    this.#values += count
    if (this.#values > limits.values) {
      throw tooCostly(
        `A search may name ${limits.values} values in all: ask in several searches.`,
        expression,
      )
    }
  }

  takeCriterion(expression: string): void {
    this.#criteria += 1
    if (this.#criteria > limits.criteria) {
      throw tooCostly(`A search may have ${limits.criteria} criteria in all: ask for less.`, expression)
    }
  }

  takeTargets(count: number, expression: string): void {
    this.#targets += count
    if (this.#targets > limits.chainTargets) {
      throw tooCostly(
        'The chain leads to too many resource types: name the type of each link, as in subject:Patient.name.',
        expression,
      )
    }
  }
}

export function tooCostly(sentence: string, expression: string): Refusal {
  return new Refusal('too-costly', sentence, { expression })
}
