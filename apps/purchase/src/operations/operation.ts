import type { z } from 'zod';
import type { Decision, RefusalCode } from '#shared/domain/refusal.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import type { Json } from '#shared/kernel/canonical.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import type { Reads } from '../reads/reads.js';
import type { Answer, ProblemCode } from '../requests/answer.js';
import type { WebhookSettings } from '../webhooks/webhook-settings.js';
import type { AddressPart, Path } from './addresses.js';

/** A noun and a verb, such as `order.place`. Over NATS an operation has the subject `admit.<tenant>.<name>`. */
export type Name = `${string}.${string}`;

/** Optional members of a query's request by name, as read from the query string. */
export type Options = Readonly<Record<string, 'number' | 'text'>>;

interface OperationBase {
  readonly name: Name;
  /** The method of the client kit. */
  readonly method: string;
  /** One sentence for callers. */
  readonly summary: string;
  /** The whole request, including the members in path and query. */
  readonly schema: z.ZodType;
  readonly answer: z.ZodType;
  /** Problems beyond those of all operations of its kind. */
  readonly problems?: readonly ProblemCode[];
}

/** The operation's view of a command. `request` is the body as the caller sent it, valid for its operation. */
export interface CommandToDecide {
  readonly tenant: TenantId;
  readonly sale: SaleId;
  readonly key: string;
  readonly request: Json;
}

/** Decides a command, and builds the answer if it is accepted. */
export interface Decided {
  readonly name: Name;
  /** 201 if the operation creates something. */
  readonly status: 200 | 201;
  readonly decide: (sale: Sale, command: CommandToDecide, at: number) => Decision<SaleEvent>;
  /** The answer, from the state after the decision. */
  readonly view: (sale: Sale, command: CommandToDecide, version: number) => object;
}

/** Changes state: needs an idempotency key, which is bound to its response. Over HTTP it is a POST. */
export interface Mutation extends OperationBase, Decided {
  readonly schema: z.ZodType<{ readonly sale: SaleId }>;
  /** Reports a payment: it is never refused because of the provider's ids. */
  readonly reportsMoney?: true;
  /** Maximum size of its body in bytes, if it differs from the default. */
  readonly maxBodyBytes?: number;
  /** Whether its events fit a commit; only for operations with larger bodies. */
  readonly fitsCommit?: (command: Pick<CommandToDecide, 'request'>) => boolean;
  /** Opens a sale. Every other operation needs an existing one. */
  readonly opensSale?: true;
  /** Codes of every refusal: 409, bound to the key. */
  readonly refusals: readonly RefusalCode[];
  /** Absent: NATS only. */
  readonly http?: {
    readonly path: Path;
    /** Where the result can be read. */
    readonly location: Path;
    /** An example request without the members in its path. */
    readonly example: Readonly<Record<string, unknown>>;
  };
}

/** Only reads. Over HTTP it is a GET, and has no body. */
export interface Query extends OperationBase {
  readonly read: (reads: Reads, tenant: string, body: Uint8Array) => Promise<Answer>;
  /** Over HTTP, if the NATS answer has pages. @param isKnown whether the caller has the answer with this entity tag */
  readonly readWhole?: (reads: Reads, tenant: string, body: Uint8Array, isKnown: (etag: string) => boolean) => Promise<Answer>;
  /** `query`: members in the query string. `options`: optional members there. */
  readonly http: { readonly path: Path; readonly query?: readonly AddressPart[]; readonly options?: Options };
}

/** Changes a setting of the tenant, which is not in the log. It has no key: repeating it is safe. Over HTTP it is a POST. */
export interface Setting extends OperationBase {
  readonly apply: (settings: WebhookSettings, tenant: string, body: Uint8Array) => Promise<Answer>;
  readonly http: { readonly path: Path; readonly example: Readonly<Record<string, unknown>> };
}

export type Operation = Mutation | Query | Setting;

export const isMutation = (operation: Operation | Decided): operation is Mutation => 'decide' in operation && 'schema' in operation;

export const isSetting = (operation: Operation): operation is Setting => 'apply' in operation;

/** Whether it is rejected while too many requests wait for their decision. Reports of payments are not. */
export const isRefusable = ({ reportsMoney }: Pick<Mutation, 'reportsMoney'>): boolean => reportsMoney !== true;

/** A command's body as sent. Its schema was checked before it was stored. */
export const bodyOf = <T>({ request }: Pick<CommandToDecide, 'request'>): T => request as unknown as T;
