/** What ended a search before it was done: a person who asked for it, or its budget. */
export type EarlyEnd = "stopped" | "budget";
