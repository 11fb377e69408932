/** A request of Nest's own `ClientProxy`, which wraps every body: `{"pattern": <subject>, "data": <body>, "id": <of this request>}`. */
export interface NestPacket {
  /** Absent from emitted packets, which expect no response. */
  readonly id: string | undefined;
  readonly body: Uint8Array;
}

/**
 * The prefix written by Nest's serializer. No request body of the API has such a member, and raw requests are not parsed to find wrapped
 * ones.
 */
const OPENING = Buffer.from('{"pattern":');
/** Nest's ids have 21 characters; longer ids are not echoed. */
const MAX_ID_LENGTH = 128;
const MEMBERS: ReadonlySet<string> = new Set(['pattern', 'data', 'id']);

/** `undefined` for any other bytes, which are then a raw request. */
export function readNestPacket(subject: string, bytes: Uint8Array): NestPacket | undefined {
  if (!OPENING.equals(bytes.subarray(0, OPENING.length))) return undefined;
  const packet = parsed(bytes);
  if (packet === undefined || packet.pattern !== subject || Object.keys(packet).some((member) => !MEMBERS.has(member))) return undefined;
  const { id, data } = packet;
  if (id !== undefined && (typeof id !== 'string' || id.length > MAX_ID_LENGTH)) return undefined;
  return { id, body: Buffer.from(JSON.stringify(data) ?? '') };
}

function parsed(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined; // the parser of raw requests reports what is wrong with it
  }
}

/** The response as `ClientProxy` reads it: it throws an error to its caller. The bytes of a JSON body stay unchanged. */
export function writeNestPacket(id: string | undefined, body: string, isError: boolean): string {
  return `{"${isError ? 'err' : 'response'}":${body},"isDisposed":true${id === undefined ? '' : `,"id":${JSON.stringify(id)}`}}`;
}
