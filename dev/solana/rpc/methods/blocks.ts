import { z } from 'zod';
import { SLOTS_PER_EPOCH } from '../../bank/svm.js';
import { API_VERSION, inContext, type Method, method, viewConfig, viewOf } from './params.js';

const onlyView = z.tuple([viewConfig.nullish()]);
/** A real node returns the last 150 blocks; here no transactions compete for space. */
const FEE_SAMPLE_SLOTS = 20;
const FEATURE_SET = 0;

const slotOfView = method(onlyView, (node, [config]) => viewOf(node, config).slot);

export const blockMethods: Readonly<Record<string, Method>> = {
  getSlot: slotOfView,
  getBlockHeight: slotOfView,
  getTransactionCount: method(onlyView, (node) => node.transactionCount()),
  getLatestBlockhash: method(onlyView, (node, [config]) => {
    const { slot } = viewOf(node, config);
    return inContext(slot, node.blockhashAt(slot));
  }),
  isBlockhashValid: method(z.tuple([z.string(), viewConfig.nullish()]), (node, [blockhash, config]) => {
    const { slot } = viewOf(node, config);
    return inContext(slot, node.isBlockhashValidAt(blockhash, slot));
  }),
  getEpochInfo: method(onlyView, (node, [config]) => {
    const { slot } = viewOf(node, config);
    const epoch = Math.floor(slot / SLOTS_PER_EPOCH);
    return {
      absoluteSlot: slot,
      blockHeight: slot,
      epoch,
      slotIndex: slot % SLOTS_PER_EPOCH,
      slotsInEpoch: SLOTS_PER_EPOCH,
      transactionCount: node.transactionCount(),
    };
  }),
  getRecentPrioritizationFees: method(z.tuple([z.array(z.string()).nullish()]), (node) => {
    const newest = node.slotAt('confirmed');
    const slots = Array.from({ length: Math.min(FEE_SAMPLE_SLOTS, newest) }, (_, back) => newest - back);
    return slots.toReversed().map((slot) => ({ slot, prioritizationFee: node.priorityFee() }));
  }),
  getGenesisHash: (node) => node.genesisHash,
  getHealth: () => 'ok',
  getVersion: () => ({ 'solana-core': API_VERSION, 'feature-set': FEATURE_SET }),
};
