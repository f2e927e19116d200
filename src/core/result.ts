/** One number, or other plain value, of a result. */
export interface ResultField {
  /** `number` may be NaN or infinite; `whole` is a count; `id` is a token's. */
  readonly type: "number" | "whole" | "id" | "flag";
  /** One line of documentation, without a full stop. */
  readonly help: string;
  /** It may be `undefined`, which JSON writes as null. */
  readonly optional?: boolean;
}

/** What a reducer gives of a row, as data: one value, a record of them, or a list of such records. */
export type Result =
  | ResultField
  | {
    /** Its fields by name. */
    readonly fields: Readonly<Record<string, ResultField>>;
    /** It is a list of such records. */
    readonly list?: boolean;
    /** It may be `undefined`. */
    readonly optional?: boolean;
  };
