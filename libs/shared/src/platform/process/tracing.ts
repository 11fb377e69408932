import { isSpanContextValid, ROOT_CONTEXT, type Span, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** The name of the tracer, in addition to the service's name. */
const TRACER = 'admit-one';
/** W3C: version, trace, parent, flags. */
const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/;

type Attributes = Readonly<Record<string, string | number>>;

export interface SpanOf<T> {
  readonly kind?: 'server' | 'consumer' | 'producer' | 'client';
  /** The trace context that the work continues; without one, a trace begins. */
  readonly parent: string | undefined;
  readonly attributes?: Attributes;
  /** Attributes from its result. */
  readonly ended?: (result: T) => Attributes;
}

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, producer: SpanKind.PRODUCER, client: SpanKind.CLIENT } as const;

let stop: (() => Promise<void>) | undefined;

/** Whether spans are recorded. If not, traces cost one comparison, and trace contexts are passed on unchanged. */
export const isTracing = (): boolean => stop !== undefined;

/**
 * Records spans and sends them to an OTLP receiver over HTTP. Queue, sampler and headers follow the variables of the OpenTelemetry
 * specification (`OTEL_BSP_…`, `OTEL_TRACES_SAMPLER`, `OTEL_EXPORTER_OTLP_HEADERS`). Nothing is loaded if `endpoint` is empty.
 * @param endpoint base URL of the receiver, such as `http://127.0.0.1:4318`
 */
export async function startTracing(service: string, endpoint: string): Promise<void> {
  if (endpoint === '' || stop !== undefined) return;
  const { exportSpans } = await import('./trace-exporter.js');
  stop = exportSpans(service, endpoint);
}

/** Sends recorded spans and stops recording. */
export async function stopTracing(): Promise<void> {
  const stopping = stop;
  stop = undefined;
  await stopping?.();
}

/** Runs work in a span. @param work gets the trace context to pass on */
export function inSpan<T>(name: string, about: SpanOf<T>, work: (traceparent: string | undefined) => Promise<T>): Promise<T> {
  return stop === undefined ? work(about.parent) : recorded(name, about, work);
}

async function recorded<T>(name: string, about: SpanOf<T>, work: (traceparent: string | undefined) => Promise<T>): Promise<T> {
  const span = startSpan(name, about);
  try {
    const result = await work(span.isRecording() ? headerOf(span.spanContext()) : about.parent);
    span.setAttributes(about.ended?.(result) ?? {});
    return result;
  } catch (thrown) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: thrown instanceof Error ? thrown.message : String(thrown) });
    throw thrown;
  } finally {
    span.end();
  }
}

/** Records finished work. @param startedAt in milliseconds since 1970 */
export function recordSpan(name: string, about: SpanOf<never>, startedAt: number): void {
  if (stop !== undefined) startSpan(name, about, startedAt).end();
}

function startSpan<T>(name: string, { kind, parent, attributes = {} }: SpanOf<T>, startTime?: number): Span {
  const remote = contextOf(parent);
  const context = remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote);
  const options = { kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind], attributes, ...(startTime !== undefined && { startTime }) };
  return trace.getTracer(TRACER).startSpan(name, options, context);
}

const headerOf = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;

function contextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}
