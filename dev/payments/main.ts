import { messageOf } from '../processes/errors.js';
import { startPaymentProvider } from './provider.js';

/** `node dist/dev/payments/main.js`: the provider as a process, configured by WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_FORM and PORT. */
const { WEBHOOK_URL, WEBHOOK_SECRET, WEBHOOK_FORM = '', PORT = '0' } = process.env;
try {
  if (WEBHOOK_URL === undefined)
    throw new Error('WEBHOOK_URL is needed: the address for payment reports, such as http://127.0.0.1:3000/v1/webhooks/payments');
  if (!['', 'stripe'].includes(WEBHOOK_FORM)) throw new Error('WEBHOOK_FORM must be stripe, or left out for Standard Webhooks');
  const form = WEBHOOK_FORM === 'stripe' ? { form: 'stripe' as const } : {};
  const secret = WEBHOOK_SECRET === undefined ? {} : { secret: WEBHOOK_SECRET };
  const provider = await startPaymentProvider({ webhookUrl: WEBHOOK_URL, port: Number(PORT), ...secret, ...form });
  console.log(`payments at ${provider.url}${WEBHOOK_SECRET === undefined ? `, secret ${provider.secret}` : ''}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void provider.stop());
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
