import type { FailedTransactionMetadata } from 'litesvm/dist/internal.js';

/** The JSON form of a TransactionError, as in every Solana RPC response. */
export type TransactionError = string | { readonly [kind: string]: unknown };

/** In the numbering of LiteSVM 1.4.1; its own names are ambient const enums, which isolated modules cannot read. */
const TRANSACTION_ERRORS = (
  'AccountInUse AccountLoadedTwice AccountNotFound ProgramAccountNotFound InsufficientFundsForFee InvalidAccountForFee AlreadyProcessed ' +
  'BlockhashNotFound CallChainTooDeep MissingSignatureForFee InvalidAccountIndex SignatureFailure InvalidProgramForExecution SanitizeFailure ' +
  'ClusterMaintenance AccountBorrowOutstanding WouldExceedMaxBlockCostLimit UnsupportedVersion InvalidWritableAccount ' +
  'WouldExceedMaxAccountCostLimit WouldExceedAccountDataBlockLimit TooManyAccountLocks AddressLookupTableNotFound ' +
  'InvalidAddressLookupTableOwner InvalidAddressLookupTableData InvalidAddressLookupTableIndex InvalidRentPayingAccount ' +
  'WouldExceedMaxVoteCostLimit WouldExceedAccountDataTotalLimit MaxLoadedAccountsDataSizeExceeded ResanitizationNeeded ' +
  'InvalidLoadedAccountsDataSizeLimit UnbalancedTransaction ProgramCacheHitMaxLimit CommitCancelled'
).split(' ');

const INSTRUCTION_ERRORS = (
  'GenericError InvalidArgument InvalidInstructionData InvalidAccountData AccountDataTooSmall InsufficientFunds IncorrectProgramId ' +
  'MissingRequiredSignature AccountAlreadyInitialized UninitializedAccount UnbalancedInstruction ModifiedProgramId ExternalAccountLamportSpend ' +
  'ExternalAccountDataModified ReadonlyLamportChange ReadonlyDataModified DuplicateAccountIndex ExecutableModified RentEpochModified ' +
  'NotEnoughAccountKeys AccountDataSizeChanged AccountNotExecutable AccountBorrowFailed AccountBorrowOutstanding DuplicateAccountOutOfSync ' +
  'InvalidError ExecutableDataModified ExecutableLamportChange ExecutableAccountNotRentExempt UnsupportedProgramId CallDepth MissingAccount ' +
  'ReentrancyNotAllowed MaxSeedLengthExceeded InvalidSeeds InvalidRealloc ComputationalBudgetExceeded PrivilegeEscalation ' +
  'ProgramEnvironmentSetupFailure ProgramFailedToComplete ProgramFailedToCompile Immutable IncorrectAuthority AccountNotRentExempt ' +
  'InvalidAccountOwner ArithmeticOverflow UnsupportedSysvar IllegalOwner MaxAccountsDataAllocationsExceeded MaxAccountsExceeded ' +
  'MaxInstructionTraceLengthExceeded BuiltinProgramsMustConsumeComputeUnits BorshIoError'
).split(' ');

const SENTENCES: Readonly<Record<string, string>> = {
  AccountNotFound: 'Attempt to debit an account but found no record of a prior credit.',
  ProgramAccountNotFound: 'Attempt to load a program that does not exist',
  InsufficientFundsForFee: 'Insufficient funds for fee',
  AlreadyProcessed: 'This transaction has already been processed',
  BlockhashNotFound: 'Blockhash not found',
  SignatureFailure: 'Transaction did not pass signature verification',
  SanitizeFailure: 'Transaction failed to sanitize accounts offsets correctly',
  InvalidProgramForExecution: 'This program may not be used for executing instructions',
};

type InstructionFailure = ReturnType<Extract<ReturnType<FailedTransactionMetadata['err']>, { err: unknown }>['err']>;

function instructionError(failure: InstructionFailure): unknown {
  if (typeof failure === 'number') return INSTRUCTION_ERRORS[failure] ?? 'GenericError';
  if ('code' in failure) return { Custom: failure.code };
  return { BorshIoError: failure.msg };
}

export function readTransactionError(failed: FailedTransactionMetadata): TransactionError {
  const failure = failed.err();
  if (typeof failure === 'number') return TRANSACTION_ERRORS[failure] ?? `Unknown(${failure})`;
  if ('err' in failure) return { InstructionError: [failure.index, instructionError(failure.err())] };
  if ('index' in failure) return { DuplicateInstruction: failure.index };
  const kind = failed.toString().includes('InsufficientFundsForRent')
    ? 'InsufficientFundsForRent'
    : 'ProgramExecutionTemporarilyRestricted';
  return { [kind]: { account_index: failure.accountIndex } };
}

/** The sentence that a real node puts after "Transaction simulation failed:". */
export function sayTransactionError(err: TransactionError): string {
  if (typeof err === 'string') return SENTENCES[err] ?? err;
  const instruction = err.InstructionError;
  if (!Array.isArray(instruction)) return JSON.stringify(err);
  const [index, cause] = instruction as [number, unknown];
  const custom = typeof cause === 'object' && cause !== null && 'Custom' in cause ? Number(cause.Custom) : null;
  const said =
    custom === null ? (typeof cause === 'string' ? cause : JSON.stringify(cause)) : `custom program error: 0x${custom.toString(16)}`;
  return `Error processing Instruction ${index}: ${said}`;
}
