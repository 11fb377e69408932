import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { LIVE } from '../names.js';

/** A control account's balance on its normal side. */
@Check('account_balance_amount_check', 'amount >= 0')
@Entity({ schema: LIVE, name: 'account_balance' })
export class AccountBalanceEntity {
  @PrimaryColumn({ type: 'text' })
  tenant!: string;

  @PrimaryColumn({ type: 'text' })
  sale!: string;

  @PrimaryColumn({ type: 'text' })
  unit!: string;

  @PrimaryColumn({ type: 'text' })
  account!: string;

  @Column({ type: 'numeric' })
  amount!: string;
}
