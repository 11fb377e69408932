
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

CREATE SCHEMA ledger;

ALTER SCHEMA ledger OWNER TO admit_owner;

CREATE SCHEMA ledger_shadow;

ALTER SCHEMA ledger_shadow OWNER TO admit_owner;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE ledger.account_balance (
    tenant text NOT NULL,
    sale text NOT NULL,
    unit text NOT NULL,
    account text NOT NULL,
    amount numeric NOT NULL,
    CONSTRAINT account_balance_amount_check CHECK ((amount >= (0)::numeric))
);

ALTER TABLE ONLY ledger.account_balance FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.account_balance OWNER TO admit_owner;

CREATE TABLE ledger.checkpoint (
    stream text NOT NULL,
    sequence bigint NOT NULL,
    epoch text
)
WITH (fillfactor='50');

ALTER TABLE ONLY ledger.checkpoint FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.checkpoint OWNER TO admit_owner;

CREATE TABLE ledger.ledger_entry (
    tenant text NOT NULL,
    sequence bigint NOT NULL,
    event_index integer NOT NULL,
    entry_index integer NOT NULL,
    sale text NOT NULL,
    event text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    idempotency_key text,
    order_id text,
    ticket text,
    debit text NOT NULL,
    credit text NOT NULL,
    unit text NOT NULL,
    amount numeric NOT NULL,
    CONSTRAINT ledger_entry_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT ledger_entry_check CHECK ((debit <> credit))
);

ALTER TABLE ONLY ledger.ledger_entry FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.ledger_entry OWNER TO admit_owner;

CREATE TABLE ledger.log_head (
    tenant text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL
);

ALTER TABLE ONLY ledger.log_head FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.log_head OWNER TO admit_owner;

CREATE TABLE ledger.migration (
    id integer NOT NULL,
    "timestamp" bigint NOT NULL,
    name character varying NOT NULL
);

ALTER TABLE ledger.migration OWNER TO admit_owner;

CREATE SEQUENCE ledger.migration_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE ledger.migration_id_seq OWNER TO admit_owner;

ALTER SEQUENCE ledger.migration_id_seq OWNED BY ledger.migration.id;

CREATE TABLE ledger.payment (
    tenant text NOT NULL,
    sale text NOT NULL,
    payment text NOT NULL,
    order_id text NOT NULL,
    currency text NOT NULL,
    matched boolean NOT NULL,
    received_minor numeric NOT NULL,
    refunded_minor numeric NOT NULL,
    clearing_minor numeric NOT NULL,
    revenue_minor numeric NOT NULL,
    owed_minor numeric NOT NULL,
    returned_minor numeric NOT NULL,
    reason text,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    refunds_minor numeric NOT NULL,
    disputes_lost_minor numeric NOT NULL,
    disputes_open_minor numeric NOT NULL,
    disputed_minor numeric NOT NULL,
    to_return_minor numeric,
    CONSTRAINT payment_check CHECK ((received_minor = ((((clearing_minor + revenue_minor) + owed_minor) + disputed_minor) + returned_minor)))
);

ALTER TABLE ONLY ledger.payment FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.payment OWNER TO admit_owner;

CREATE TABLE ledger.sale (
    tenant text NOT NULL,
    sale text NOT NULL,
    name text NOT NULL,
    units numeric NOT NULL,
    price_minor numeric NOT NULL,
    currency text NOT NULL,
    max_per_buyer integer NOT NULL,
    payment text NOT NULL,
    mint text NOT NULL,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    status text NOT NULL
);

ALTER TABLE ONLY ledger.sale FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.sale OWNER TO admit_owner;

CREATE TABLE ledger.sale_order (
    tenant text NOT NULL,
    order_id text NOT NULL,
    sale text NOT NULL,
    buyer text NOT NULL,
    wallet text,
    status text NOT NULL,
    total_minor numeric NOT NULL,
    currency text NOT NULL,
    tickets text[] NOT NULL,
    idempotency_key text,
    placed_at timestamp with time zone NOT NULL,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    payment text
);

ALTER TABLE ONLY ledger.sale_order FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.sale_order OWNER TO admit_owner;

CREATE TABLE ledger.suspension (
    tenant text NOT NULL,
    sale text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    hash text NOT NULL,
    suspended_sequence bigint NOT NULL,
    suspended_index integer NOT NULL,
    refusal text NOT NULL,
    reason text NOT NULL,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY ledger.suspension FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.suspension OWNER TO admit_owner;

CREATE TABLE ledger.tenant_chain (
    tenant text NOT NULL,
    entries bigint NOT NULL,
    hash text NOT NULL,
    sequence bigint NOT NULL
);

ALTER TABLE ONLY ledger.tenant_chain FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.tenant_chain OWNER TO admit_owner;

CREATE TABLE ledger.tenant_halt (
    tenant text NOT NULL,
    sequence bigint NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    event_index integer
);

ALTER TABLE ONLY ledger.tenant_halt FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.tenant_halt OWNER TO admit_owner;

CREATE TABLE ledger.ticket (
    tenant text NOT NULL,
    ticket text NOT NULL,
    sale text NOT NULL,
    unit text NOT NULL,
    order_id text NOT NULL,
    buyer text NOT NULL,
    wallet text,
    status text NOT NULL,
    request integer NOT NULL,
    mint_key text,
    attempts integer NOT NULL,
    asset text,
    signature text,
    slot numeric,
    holder text,
    failure text,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    symbol text,
    document text
);

ALTER TABLE ONLY ledger.ticket FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger.ticket OWNER TO admit_owner;

CREATE TABLE ledger_shadow.account_balance (
    tenant text NOT NULL,
    sale text NOT NULL,
    unit text NOT NULL,
    account text NOT NULL,
    amount numeric NOT NULL,
    CONSTRAINT account_balance_amount_check CHECK ((amount >= (0)::numeric))
);

ALTER TABLE ONLY ledger_shadow.account_balance FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.account_balance OWNER TO admit_owner;

CREATE TABLE ledger_shadow.checkpoint (
    stream text NOT NULL,
    sequence bigint NOT NULL,
    epoch text
)
WITH (fillfactor='50');

ALTER TABLE ONLY ledger_shadow.checkpoint FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.checkpoint OWNER TO admit_owner;

CREATE TABLE ledger_shadow.ledger_entry (
    tenant text NOT NULL,
    sequence bigint NOT NULL,
    event_index integer NOT NULL,
    entry_index integer NOT NULL,
    sale text NOT NULL,
    event text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    idempotency_key text,
    order_id text,
    ticket text,
    debit text NOT NULL,
    credit text NOT NULL,
    unit text NOT NULL,
    amount numeric NOT NULL,
    CONSTRAINT ledger_entry_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT ledger_entry_check CHECK ((debit <> credit))
);

ALTER TABLE ONLY ledger_shadow.ledger_entry FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.ledger_entry OWNER TO admit_owner;

CREATE TABLE ledger_shadow.log_head (
    tenant text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    sequence bigint NOT NULL,
    hash text NOT NULL
);

ALTER TABLE ONLY ledger_shadow.log_head FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.log_head OWNER TO admit_owner;

CREATE TABLE ledger_shadow.payment (
    tenant text NOT NULL,
    sale text NOT NULL,
    payment text NOT NULL,
    order_id text NOT NULL,
    currency text NOT NULL,
    matched boolean NOT NULL,
    received_minor numeric NOT NULL,
    refunded_minor numeric NOT NULL,
    clearing_minor numeric NOT NULL,
    revenue_minor numeric NOT NULL,
    owed_minor numeric NOT NULL,
    returned_minor numeric NOT NULL,
    reason text,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    refunds_minor numeric NOT NULL,
    disputes_lost_minor numeric NOT NULL,
    disputes_open_minor numeric NOT NULL,
    disputed_minor numeric NOT NULL,
    to_return_minor numeric,
    CONSTRAINT payment_check CHECK ((received_minor = ((((clearing_minor + revenue_minor) + owed_minor) + disputed_minor) + returned_minor)))
);

ALTER TABLE ONLY ledger_shadow.payment FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.payment OWNER TO admit_owner;

CREATE TABLE ledger_shadow.sale (
    tenant text NOT NULL,
    sale text NOT NULL,
    name text NOT NULL,
    units numeric NOT NULL,
    price_minor numeric NOT NULL,
    currency text NOT NULL,
    max_per_buyer integer NOT NULL,
    payment text NOT NULL,
    mint text NOT NULL,
    opens_at timestamp with time zone,
    closes_at timestamp with time zone,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    status text NOT NULL
);

ALTER TABLE ONLY ledger_shadow.sale FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.sale OWNER TO admit_owner;

CREATE TABLE ledger_shadow.sale_order (
    tenant text NOT NULL,
    order_id text NOT NULL,
    sale text NOT NULL,
    buyer text NOT NULL,
    wallet text,
    status text NOT NULL,
    total_minor numeric NOT NULL,
    currency text NOT NULL,
    tickets text[] NOT NULL,
    idempotency_key text,
    placed_at timestamp with time zone NOT NULL,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    payment text
);

ALTER TABLE ONLY ledger_shadow.sale_order FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.sale_order OWNER TO admit_owner;

CREATE TABLE ledger_shadow.suspension (
    tenant text NOT NULL,
    sale text NOT NULL,
    subject text NOT NULL,
    version bigint NOT NULL,
    hash text NOT NULL,
    suspended_sequence bigint NOT NULL,
    suspended_index integer NOT NULL,
    refusal text NOT NULL,
    reason text NOT NULL,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY ledger_shadow.suspension FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.suspension OWNER TO admit_owner;

CREATE TABLE ledger_shadow.tenant_chain (
    tenant text NOT NULL,
    entries bigint NOT NULL,
    hash text NOT NULL,
    sequence bigint NOT NULL
);

ALTER TABLE ONLY ledger_shadow.tenant_chain FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.tenant_chain OWNER TO admit_owner;

CREATE TABLE ledger_shadow.tenant_halt (
    tenant text NOT NULL,
    sequence bigint NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    event_index integer
);

ALTER TABLE ONLY ledger_shadow.tenant_halt FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.tenant_halt OWNER TO admit_owner;

CREATE TABLE ledger_shadow.ticket (
    tenant text NOT NULL,
    ticket text NOT NULL,
    sale text NOT NULL,
    unit text NOT NULL,
    order_id text NOT NULL,
    buyer text NOT NULL,
    wallet text,
    status text NOT NULL,
    request integer NOT NULL,
    mint_key text,
    attempts integer NOT NULL,
    asset text,
    signature text,
    slot numeric,
    holder text,
    failure text,
    sequence bigint NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    symbol text,
    document text
);

ALTER TABLE ONLY ledger_shadow.ticket FORCE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.ticket OWNER TO admit_owner;

ALTER TABLE ONLY ledger.migration ALTER COLUMN id SET DEFAULT nextval('ledger.migration_id_seq'::regclass);

INSERT INTO ledger.account_balance VALUES
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'opened', 3),
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'available', 0),
	('demo', 'gala-261130201115', 'EUR', 'provider', 15000),
	('demo', 'gala-261130201115', 'EUR', 'clearing', 0),
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'sold', 3),
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'held', 0),
	('demo', 'gala-261130201115', 'EUR', 'revenue', 15000),
	('demo', 'gala-261130201115', 'mints:gala-261130201115', 'mint-requests', 3),
	('demo', 'gala-261130201115', 'mints:gala-261130201115', 'minted', 3),
	('demo', 'gala-261130201115', 'mints:gala-261130201115', 'mint-asked', 0),
	('demo', 'places', 'tickets:places', 'opened', 20),
	('demo', 'places', 'tickets:places', 'held', 0),
	('demo', 'places', 'tickets:places', 'available', 17),
	('demo', 'places', 'tickets:places', 'sold', 3),
	('demo', 'places', 'EUR', 'settled-outside', 15000),
	('demo', 'places', 'EUR', 'revenue', 15000),
	('demo', 'seats', 'tickets:seats', 'opened', 8),
	('demo', 'seats', 'EUR', 'provider', 15000),
	('demo', 'seats', 'EUR', 'clearing', 0),
	('demo', 'seats', 'tickets:seats', 'sold', 2),
	('demo', 'seats', 'tickets:seats', 'held', 1),
	('demo', 'seats', 'EUR', 'revenue', 10000),
	('demo', 'seats', 'EUR', 'refunds-owed', 5000),
	('demo', 'seats', 'tickets:seats', 'available', 5);

INSERT INTO ledger.checkpoint VALUES
	('EVENTS', 26, '8906b576-37d1-40c6-b9ac-be888d2f47ea');

INSERT INTO ledger.ledger_entry VALUES
	('demo', 1, 1, 0, 'gala-261130201115', 'SaleOpened', '2026-11-30 20:11:15.914+00', 'open-gala-261130201115', NULL, NULL, 'available', 'opened', 'tickets:gala-261130201115', 3),
	('demo', 2, 1, 0, 'gala-261130201115', 'OrderPlaced', '2026-11-30 20:11:16.57+00', 'gala-261130201115-anna', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'held/anna', 'available', 'tickets:gala-261130201115', 1),
	('demo', 4, 1, 0, 'gala-261130201115', 'OrderPlaced', '2026-11-30 20:11:16.606+00', 'gala-261130201115-carla', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'held/carla', 'available', 'tickets:gala-261130201115', 2),
	('demo', 5, 1, 0, 'gala-261130201115', 'PaymentReceived', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'provider', 'clearing/ord_iaiqfjnaks74rlita56jt5gupk', 'EUR', 5000),
	('demo', 5, 2, 0, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'sold/anna', 'held/anna', 'tickets:gala-261130201115', 1),
	('demo', 5, 2, 1, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'clearing/ord_iaiqfjnaks74rlita56jt5gupk', 'revenue', 'EUR', 5000),
	('demo', 5, 3, 0, 'gala-261130201115', 'MintsRequested', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', 'tkt_epv35ofpfsrlcm36hwkmm7bdg5', 'mint-asked', 'mint-requests', 'mints:gala-261130201115', 1),
	('demo', 6, 1, 0, 'gala-261130201115', 'PaymentReceived', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'provider', 'clearing/ord_6i42cfmnuh3e66xo5og4luruup', 'EUR', 10000),
	('demo', 6, 2, 0, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'sold/carla', 'held/carla', 'tickets:gala-261130201115', 2),
	('demo', 6, 2, 1, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'clearing/ord_6i42cfmnuh3e66xo5og4luruup', 'revenue', 'EUR', 10000),
	('demo', 6, 3, 0, 'gala-261130201115', 'MintsRequested', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_p2q3hf7qybbn6tchkglw5v25v2', 'mint-asked', 'mint-requests', 'mints:gala-261130201115', 1),
	('demo', 6, 3, 1, 'gala-261130201115', 'MintsRequested', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_jscvioao3d4mk4yukkoa256sdl', 'mint-asked', 'mint-requests', 'mints:gala-261130201115', 1),
	('demo', 12, 0, 0, 'gala-261130201115', 'MintCompleted', '2026-11-30 20:11:32.212+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', 'tkt_epv35ofpfsrlcm36hwkmm7bdg5', 'minted', 'mint-asked', 'mints:gala-261130201115', 1),
	('demo', 13, 0, 0, 'gala-261130201115', 'MintCompleted', '2026-11-30 20:11:32.233+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_p2q3hf7qybbn6tchkglw5v25v2', 'minted', 'mint-asked', 'mints:gala-261130201115', 1),
	('demo', 13, 1, 0, 'gala-261130201115', 'MintCompleted', '2026-11-30 20:11:32.233+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_jscvioao3d4mk4yukkoa256sdl', 'minted', 'mint-asked', 'mints:gala-261130201115', 1),
	('demo', 14, 1, 0, 'places', 'SaleOpened', '2026-11-30 20:12:02.07+00', 'open-places', NULL, NULL, 'available', 'opened', 'tickets:places', 20),
	('demo', 15, 1, 0, 'places', 'OrderPlaced', '2026-11-30 20:12:02.715+00', 'free', 'ord_3sheyc6mutduzrppj5vf7znfvm', NULL, 'held/fritz', 'available', 'tickets:places', 3),
	('demo', 15, 2, 0, 'places', 'OrderConfirmed', '2026-11-30 20:12:02.715+00', 'free', 'ord_3sheyc6mutduzrppj5vf7znfvm', NULL, 'sold/fritz', 'held/fritz', 'tickets:places', 3),
	('demo', 15, 2, 1, 'places', 'OrderConfirmed', '2026-11-30 20:12:02.715+00', 'free', 'ord_3sheyc6mutduzrppj5vf7znfvm', NULL, 'settled-outside', 'revenue', 'EUR', 15000),
	('demo', 16, 1, 0, 'seats', 'SaleOpened', '2026-11-30 20:12:20.891+00', 'open-seats', NULL, NULL, 'available', 'opened', 'tickets:seats', 8),
	('demo', 17, 1, 0, 'seats', 'OrderPlaced', '2026-11-30 20:12:20.927+00', 'paid', 'ord_yrev5h4w7fck6jxnugpphw5sv2', NULL, 'held/anna', 'available', 'tickets:seats', 2),
	('demo', 19, 1, 0, 'seats', 'OrderPlaced', '2026-11-30 20:12:20.946+00', 'refunded', 'ord_ssfympxwpojuhyy3rygoxlzvel', NULL, 'held/carla', 'available', 'tickets:seats', 1),
	('demo', 20, 1, 0, 'seats', 'OrderPlaced', '2026-11-30 20:12:20.957+00', 'cancelled', 'ord_nbm5gk5uyfj4nqbqqfwshbd2y3', NULL, 'held/dora', 'available', 'tickets:seats', 1),
	('demo', 21, 1, 0, 'seats', 'OrderPlaced', '2026-11-30 20:12:20.964+00', 'held', 'ord_ek6p3ul6wkxzlogp7uwkdjuvdc', NULL, 'held/emil', 'available', 'tickets:seats', 1),
	('demo', 23, 1, 0, 'seats', 'OrderCancelled', '2026-11-30 20:12:21.025+00', 'cancel', 'ord_nbm5gk5uyfj4nqbqqfwshbd2y3', NULL, 'available', 'held/dora', 'tickets:seats', 1),
	('demo', 24, 1, 0, 'seats', 'PaymentReceived', '2026-11-30 20:12:31.455+00', 'pay-paid-2', 'ord_yrev5h4w7fck6jxnugpphw5sv2', NULL, 'provider', 'clearing/ord_yrev5h4w7fck6jxnugpphw5sv2', 'EUR', 10000),
	('demo', 24, 2, 0, 'seats', 'OrderConfirmed', '2026-11-30 20:12:31.455+00', 'pay-paid-2', 'ord_yrev5h4w7fck6jxnugpphw5sv2', NULL, 'sold/anna', 'held/anna', 'tickets:seats', 2),
	('demo', 24, 2, 1, 'seats', 'OrderConfirmed', '2026-11-30 20:12:31.455+00', 'pay-paid-2', 'ord_yrev5h4w7fck6jxnugpphw5sv2', NULL, 'clearing/ord_yrev5h4w7fck6jxnugpphw5sv2', 'revenue', 'EUR', 10000),
	('demo', 25, 1, 0, 'seats', 'PaymentReceived', '2026-11-30 20:12:31.484+00', 'pay-refunded-2', 'ord_ssfympxwpojuhyy3rygoxlzvel', NULL, 'provider', 'clearing/ord_ssfympxwpojuhyy3rygoxlzvel', 'EUR', 5000),
	('demo', 25, 2, 0, 'seats', 'OrderConfirmed', '2026-11-30 20:12:31.484+00', 'pay-refunded-2', 'ord_ssfympxwpojuhyy3rygoxlzvel', NULL, 'sold/carla', 'held/carla', 'tickets:seats', 1),
	('demo', 25, 2, 1, 'seats', 'OrderConfirmed', '2026-11-30 20:12:31.484+00', 'pay-refunded-2', 'ord_ssfympxwpojuhyy3rygoxlzvel', NULL, 'clearing/ord_ssfympxwpojuhyy3rygoxlzvel', 'revenue', 'EUR', 5000),
	('demo', 26, 1, 0, 'seats', 'RefundOwed', '2026-11-30 20:12:31.493+00', 'refund-2', 'ord_ssfympxwpojuhyy3rygoxlzvel', NULL, 'revenue', 'refunds-owed', 'EUR', 5000),
	('demo', 26, 2, 0, 'seats', 'UnitsReleased', '2026-11-30 20:12:31.493+00', 'refund-2', 'ord_ssfympxwpojuhyy3rygoxlzvel', NULL, 'available', 'sold/carla', 'tickets:seats', 1);

INSERT INTO ledger.log_head VALUES
	('demo', 'ev.demo.sale.gala-261130201115', 6, 6, 'a9f66cbf1e45c4dcef38d1e9c3d7e1ad3a5c27142f2961aa47314b0463ae4b9f'),
	('demo', 'ev.demo.mint.gala-261130201115', 7, 13, '7d249a7a6b59f44c9d9d3081e75debcdf9522ca49a6671b77edf1925eccf6e03'),
	('demo', 'ev.demo.sale.places', 2, 15, '7f8bd517b15b6e3b319a2ad2129338a57071ea6c915dfdd7187f40e03a666148'),
	('demo', 'ev.demo.sale.seats', 11, 26, 'db678f41d1014e6219a3bec9b36a7af6aa1a7400b7e7a757e8165f03fe2170f1');

INSERT INTO ledger.migration VALUES
	(1, 1795000000000, 'Ledger1795000000000'),
	(2, 1796000000000, 'Payments1796000000000'),
	(3, 1797000000000, 'Promotion1797000000000'),
	(4, 1798000000000, 'Halts1798000000000'),
	(5, 1799000000000, 'Queries1799000000000'),
	(6, 1799500000000, 'Documents1799500000000'),
	(7, 1799700000000, 'EntriesOfSale1799700000000'),
	(8, 1799800000000, 'BareShadow1799800000000'),
	(9, 1799900000000, 'NumericSums1799900000000'),
	(10, 1799910000000, 'Suspense1799910000000'),
	(11, 1799920000000, 'PaymentFacts1799920000000');

INSERT INTO ledger.payment VALUES
	('demo', 'gala-261130201115', 'pay-ord_iaiqfjnaks74rlita56jt5gupk', 'ord_iaiqfjnaks74rlita56jt5gupk', 'EUR', true, 5000, 0, 0, 5000, 0, 0, NULL, 5, '2026-11-30 20:11:16.81+00', 0, 0, 0, 0, NULL),
	('demo', 'gala-261130201115', 'pay-ord_6i42cfmnuh3e66xo5og4luruup', 'ord_6i42cfmnuh3e66xo5og4luruup', 'EUR', true, 10000, 0, 0, 10000, 0, 0, NULL, 6, '2026-11-30 20:11:16.839+00', 0, 0, 0, 0, NULL),
	('demo', 'seats', 'pay_1', 'ord_yrev5h4w7fck6jxnugpphw5sv2', 'EUR', true, 10000, 0, 0, 10000, 0, 0, NULL, 24, '2026-11-30 20:12:31.455+00', 0, 0, 0, 0, NULL),
	('demo', 'seats', 'pay_2', 'ord_ssfympxwpojuhyy3rygoxlzvel', 'EUR', true, 5000, 0, 0, 0, 5000, 0, 'requested', 26, '2026-11-30 20:12:31.493+00', 0, 0, 0, 0, 5000);

INSERT INTO ledger.sale VALUES
	('demo', 'gala-261130201115', 'Gala night', 3, 5000, 'EUR', 100, 'webhook', 'on-confirm', NULL, NULL, 1, '2026-11-30 20:11:15.914+00', 'open'),
	('demo', 'places', 'Places', 20, 5000, 'EUR', 100, 'none', 'on-request', NULL, NULL, 14, '2026-11-30 20:12:02.07+00', 'open'),
	('demo', 'seats', 'Seats', 8, 5000, 'EUR', 4, 'webhook', 'on-request', NULL, NULL, 16, '2026-11-30 20:12:20.891+00', 'open');

INSERT INTO ledger.sale_order VALUES
	('demo', 'ord_iaiqfjnaks74rlita56jt5gupk', 'gala-261130201115', 'anna', 'CuJtPLSVzgTpDccMuSQZjKW2zuFDYcLJZdKnhNqwzNJz', 'confirmed', 5000, 'EUR', '{tkt_epv35ofpfsrlcm36hwkmm7bdg5}', 'gala-261130201115-anna', '2026-11-30 20:11:16.57+00', 5, '2026-11-30 20:11:16.81+00', '2026-11-30 20:21:16.57+00', 'pay-ord_iaiqfjnaks74rlita56jt5gupk'),
	('demo', 'ord_6i42cfmnuh3e66xo5og4luruup', 'gala-261130201115', 'carla', 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', 'confirmed', 10000, 'EUR', '{tkt_p2q3hf7qybbn6tchkglw5v25v2,tkt_jscvioao3d4mk4yukkoa256sdl}', 'gala-261130201115-carla', '2026-11-30 20:11:16.606+00', 6, '2026-11-30 20:11:16.839+00', '2026-11-30 20:21:16.606+00', 'pay-ord_6i42cfmnuh3e66xo5og4luruup'),
	('demo', 'ord_3sheyc6mutduzrppj5vf7znfvm', 'places', 'fritz', NULL, 'confirmed', 15000, 'EUR', '{tkt_ozfeilmmilluli3qc6tza4g4d7,tkt_7b5ucentznoly4oahj735r2nbe,tkt_3dnptotzmieyl6mxtzyyunckqx}', 'free', '2026-11-30 20:12:02.715+00', 15, '2026-11-30 20:12:02.715+00', NULL, NULL),
	('demo', 'ord_ek6p3ul6wkxzlogp7uwkdjuvdc', 'seats', 'emil', NULL, 'held', 5000, 'EUR', '{tkt_uullzfqgrfvgy4q5ddslpflyyq}', 'held', '2026-11-30 20:12:20.964+00', 21, '2026-11-30 20:12:20.964+00', '2026-11-30 20:22:20.964+00', NULL),
	('demo', 'ord_nbm5gk5uyfj4nqbqqfwshbd2y3', 'seats', 'dora', NULL, 'cancelled', 5000, 'EUR', '{tkt_c6ncvrsjjetpkfrzmedfhwmppi}', 'cancelled', '2026-11-30 20:12:20.957+00', 23, '2026-11-30 20:12:21.025+00', '2026-11-30 20:22:20.957+00', NULL),
	('demo', 'ord_yrev5h4w7fck6jxnugpphw5sv2', 'seats', 'anna', NULL, 'confirmed', 10000, 'EUR', '{tkt_65ci55nobgh3vzoqpbdmf7fmp4,tkt_5j33zevsgxhodmyinfrfvdmtdj}', 'paid', '2026-11-30 20:12:20.927+00', 24, '2026-11-30 20:12:31.455+00', '2026-11-30 20:22:20.927+00', 'pay_1'),
	('demo', 'ord_ssfympxwpojuhyy3rygoxlzvel', 'seats', 'carla', NULL, 'refund-owed', 5000, 'EUR', '{tkt_isbmvvcnrfjyjivnrvy2cs5vhd}', 'refunded', '2026-11-30 20:12:20.946+00', 26, '2026-11-30 20:12:31.493+00', '2026-11-30 20:22:20.946+00', 'pay_2');

INSERT INTO ledger.tenant_chain VALUES
	('demo', 33, '8712621d69a8925ccf470e9c6aeec185a69904a0a9a6c1e90f23aac456860893', 26);

INSERT INTO ledger.ticket VALUES
	('demo', 'tkt_epv35ofpfsrlcm36hwkmm7bdg5', 'gala-261130201115', 'A-1', 'ord_iaiqfjnaks74rlita56jt5gupk', 'anna', 'CuJtPLSVzgTpDccMuSQZjKW2zuFDYcLJZdKnhNqwzNJz', 'minted', 1, 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 1, 'G1H7cipBCn7RoH8wcFcYSWXN1mhNrKH4F7dzgHegMrnc', '4YcDAg83FcaN8uSrAMGfqLvboPyuAK5o29sSVc8LjGkr4UWvDVQaNFKsCgMK5gzsZKvQ9ccCJz5fdD75UqDMbHYm', 92, 'CuJtPLSVzgTpDccMuSQZjKW2zuFDYcLJZdKnhNqwzNJz', NULL, 12, '2026-11-30 20:11:32.212+00', 'ADMIT', '6b26f2e9a9ffdf557f6fb8378a25be108b07bb08b78a8a9c969fb7676f325a54'),
	('demo', 'tkt_p2q3hf7qybbn6tchkglw5v25v2', 'gala-261130201115', 'A-2', 'ord_6i42cfmnuh3e66xo5og4luruup', 'carla', 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', 'minted', 1, 'evt_0445db07-f27b-4c44-9152-430332facd5c', 1, '13yoWnV7FKQjY2LuKWjGhycnVrxrTULikAufabMD8PvR', 'S1qSZ3VHiagiNBUjsMmVtfVX4vKbeBqJG1E1qUFBDyC8iRGYpnfAN7T9ZPjXDw34kjJWVbq6RB9Nxj1KD2kX8A6', 92, 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', NULL, 13, '2026-11-30 20:11:32.233+00', 'ADMIT', 'bc5b0d91698aea0e7874a6b90c7ed8f0b81f4b51748c60b2ddca847877e69af1'),
	('demo', 'tkt_jscvioao3d4mk4yukkoa256sdl', 'gala-261130201115', 'A-3', 'ord_6i42cfmnuh3e66xo5og4luruup', 'carla', 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', 'minted', 1, 'evt_0445db07-f27b-4c44-9152-430332facd5c', 1, 'GyCfs4bCA9inw1nUedn4AhRLU32FJoKb8cvSxQWLxQfQ', '4XHtCyAzh8ThZo1qXtgfk36PpJdSHbX43B1ojDn1M2fKFvZhDfv8io9U2u2TvZdtxGa19zLkS2J75Y9MZPsmoay4', 92, 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', NULL, 13, '2026-11-30 20:11:32.233+00', 'ADMIT', '1549ccd2c9d74b955cbf0a14b58e8461d9603bd560c97f9bb755af952dda72d8'),
	('demo', 'tkt_ozfeilmmilluli3qc6tza4g4d7', 'places', '1', 'ord_3sheyc6mutduzrppj5vf7znfvm', 'fritz', NULL, 'sold', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 15, '2026-11-30 20:12:02.715+00', NULL, NULL),
	('demo', 'tkt_7b5ucentznoly4oahj735r2nbe', 'places', '2', 'ord_3sheyc6mutduzrppj5vf7znfvm', 'fritz', NULL, 'sold', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 15, '2026-11-30 20:12:02.715+00', NULL, NULL),
	('demo', 'tkt_3dnptotzmieyl6mxtzyyunckqx', 'places', '3', 'ord_3sheyc6mutduzrppj5vf7znfvm', 'fritz', NULL, 'sold', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 15, '2026-11-30 20:12:02.715+00', NULL, NULL),
	('demo', 'tkt_uullzfqgrfvgy4q5ddslpflyyq', 'seats', 'A-5', 'ord_ek6p3ul6wkxzlogp7uwkdjuvdc', 'emil', NULL, 'held', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 21, '2026-11-30 20:12:20.964+00', NULL, NULL),
	('demo', 'tkt_c6ncvrsjjetpkfrzmedfhwmppi', 'seats', 'A-4', 'ord_nbm5gk5uyfj4nqbqqfwshbd2y3', 'dora', NULL, 'released', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 23, '2026-11-30 20:12:21.025+00', NULL, NULL),
	('demo', 'tkt_65ci55nobgh3vzoqpbdmf7fmp4', 'seats', 'A-1', 'ord_yrev5h4w7fck6jxnugpphw5sv2', 'anna', NULL, 'sold', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 24, '2026-11-30 20:12:31.455+00', NULL, NULL),
	('demo', 'tkt_5j33zevsgxhodmyinfrfvdmtdj', 'seats', 'A-2', 'ord_yrev5h4w7fck6jxnugpphw5sv2', 'anna', NULL, 'sold', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 24, '2026-11-30 20:12:31.455+00', NULL, NULL),
	('demo', 'tkt_isbmvvcnrfjyjivnrvy2cs5vhd', 'seats', 'A-3', 'ord_ssfympxwpojuhyy3rygoxlzvel', 'carla', NULL, 'released', 0, NULL, 0, NULL, NULL, NULL, NULL, NULL, 26, '2026-11-30 20:12:31.493+00', NULL, NULL);

INSERT INTO ledger_shadow.account_balance VALUES
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'available', 0),
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'opened', 3),
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'held', 0),
	('demo', 'gala-261130201115', 'EUR', 'provider', 15000),
	('demo', 'gala-261130201115', 'EUR', 'clearing', 0),
	('demo', 'gala-261130201115', 'tickets:gala-261130201115', 'sold', 3),
	('demo', 'gala-261130201115', 'EUR', 'revenue', 15000),
	('demo', 'gala-261130201115', 'mints:gala-261130201115', 'mint-asked', 0),
	('demo', 'gala-261130201115', 'mints:gala-261130201115', 'mint-requests', 3),
	('demo', 'gala-261130201115', 'mints:gala-261130201115', 'minted', 3);

INSERT INTO ledger_shadow.checkpoint VALUES
	('EVENTS', 13, '8906b576-37d1-40c6-b9ac-be888d2f47ea');

INSERT INTO ledger_shadow.ledger_entry VALUES
	('demo', 1, 1, 0, 'gala-261130201115', 'SaleOpened', '2026-11-30 20:11:15.914+00', 'open-gala-261130201115', NULL, NULL, 'available', 'opened', 'tickets:gala-261130201115', 3),
	('demo', 2, 1, 0, 'gala-261130201115', 'OrderPlaced', '2026-11-30 20:11:16.57+00', 'gala-261130201115-anna', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'held/anna', 'available', 'tickets:gala-261130201115', 1),
	('demo', 4, 1, 0, 'gala-261130201115', 'OrderPlaced', '2026-11-30 20:11:16.606+00', 'gala-261130201115-carla', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'held/carla', 'available', 'tickets:gala-261130201115', 2),
	('demo', 5, 1, 0, 'gala-261130201115', 'PaymentReceived', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'provider', 'clearing/ord_iaiqfjnaks74rlita56jt5gupk', 'EUR', 5000),
	('demo', 5, 2, 0, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'sold/anna', 'held/anna', 'tickets:gala-261130201115', 1),
	('demo', 5, 2, 1, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', NULL, 'clearing/ord_iaiqfjnaks74rlita56jt5gupk', 'revenue', 'EUR', 5000),
	('demo', 5, 3, 0, 'gala-261130201115', 'MintsRequested', '2026-11-30 20:11:16.81+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', 'tkt_epv35ofpfsrlcm36hwkmm7bdg5', 'mint-asked', 'mint-requests', 'mints:gala-261130201115', 1),
	('demo', 6, 1, 0, 'gala-261130201115', 'PaymentReceived', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'provider', 'clearing/ord_6i42cfmnuh3e66xo5og4luruup', 'EUR', 10000),
	('demo', 6, 2, 0, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'sold/carla', 'held/carla', 'tickets:gala-261130201115', 2),
	('demo', 6, 2, 1, 'gala-261130201115', 'OrderConfirmed', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', NULL, 'clearing/ord_6i42cfmnuh3e66xo5og4luruup', 'revenue', 'EUR', 10000),
	('demo', 6, 3, 0, 'gala-261130201115', 'MintsRequested', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_p2q3hf7qybbn6tchkglw5v25v2', 'mint-asked', 'mint-requests', 'mints:gala-261130201115', 1),
	('demo', 6, 3, 1, 'gala-261130201115', 'MintsRequested', '2026-11-30 20:11:16.839+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_jscvioao3d4mk4yukkoa256sdl', 'mint-asked', 'mint-requests', 'mints:gala-261130201115', 1),
	('demo', 12, 0, 0, 'gala-261130201115', 'MintCompleted', '2026-11-30 20:11:32.212+00', 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 'ord_iaiqfjnaks74rlita56jt5gupk', 'tkt_epv35ofpfsrlcm36hwkmm7bdg5', 'minted', 'mint-asked', 'mints:gala-261130201115', 1),
	('demo', 13, 0, 0, 'gala-261130201115', 'MintCompleted', '2026-11-30 20:11:32.233+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_p2q3hf7qybbn6tchkglw5v25v2', 'minted', 'mint-asked', 'mints:gala-261130201115', 1),
	('demo', 13, 1, 0, 'gala-261130201115', 'MintCompleted', '2026-11-30 20:11:32.233+00', 'evt_0445db07-f27b-4c44-9152-430332facd5c', 'ord_6i42cfmnuh3e66xo5og4luruup', 'tkt_jscvioao3d4mk4yukkoa256sdl', 'minted', 'mint-asked', 'mints:gala-261130201115', 1);

INSERT INTO ledger_shadow.log_head VALUES
	('demo', 'ev.demo.sale.gala-261130201115', 6, 6, 'a9f66cbf1e45c4dcef38d1e9c3d7e1ad3a5c27142f2961aa47314b0463ae4b9f'),
	('demo', 'ev.demo.mint.gala-261130201115', 7, 13, '7d249a7a6b59f44c9d9d3081e75debcdf9522ca49a6671b77edf1925eccf6e03');

INSERT INTO ledger_shadow.payment VALUES
	('demo', 'gala-261130201115', 'pay-ord_iaiqfjnaks74rlita56jt5gupk', 'ord_iaiqfjnaks74rlita56jt5gupk', 'EUR', true, 5000, 0, 0, 5000, 0, 0, NULL, 5, '2026-11-30 20:11:16.81+00', 0, 0, 0, 0, NULL),
	('demo', 'gala-261130201115', 'pay-ord_6i42cfmnuh3e66xo5og4luruup', 'ord_6i42cfmnuh3e66xo5og4luruup', 'EUR', true, 10000, 0, 0, 10000, 0, 0, NULL, 6, '2026-11-30 20:11:16.839+00', 0, 0, 0, 0, NULL);

INSERT INTO ledger_shadow.sale VALUES
	('demo', 'gala-261130201115', 'Gala night', 3, 5000, 'EUR', 100, 'webhook', 'on-confirm', NULL, NULL, 1, '2026-11-30 20:11:15.914+00', 'open');

INSERT INTO ledger_shadow.sale_order VALUES
	('demo', 'ord_iaiqfjnaks74rlita56jt5gupk', 'gala-261130201115', 'anna', 'CuJtPLSVzgTpDccMuSQZjKW2zuFDYcLJZdKnhNqwzNJz', 'confirmed', 5000, 'EUR', '{tkt_epv35ofpfsrlcm36hwkmm7bdg5}', 'gala-261130201115-anna', '2026-11-30 20:11:16.57+00', 5, '2026-11-30 20:11:16.81+00', '2026-11-30 20:21:16.57+00', 'pay-ord_iaiqfjnaks74rlita56jt5gupk'),
	('demo', 'ord_6i42cfmnuh3e66xo5og4luruup', 'gala-261130201115', 'carla', 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', 'confirmed', 10000, 'EUR', '{tkt_p2q3hf7qybbn6tchkglw5v25v2,tkt_jscvioao3d4mk4yukkoa256sdl}', 'gala-261130201115-carla', '2026-11-30 20:11:16.606+00', 6, '2026-11-30 20:11:16.839+00', '2026-11-30 20:21:16.606+00', 'pay-ord_6i42cfmnuh3e66xo5og4luruup');

INSERT INTO ledger_shadow.tenant_chain VALUES
	('demo', 15, '69a8f7be059af11a2afd9a452d686b93435f91608d464c59ee2ff714ac14db59', 13);

INSERT INTO ledger_shadow.ticket VALUES
	('demo', 'tkt_epv35ofpfsrlcm36hwkmm7bdg5', 'gala-261130201115', 'A-1', 'ord_iaiqfjnaks74rlita56jt5gupk', 'anna', 'CuJtPLSVzgTpDccMuSQZjKW2zuFDYcLJZdKnhNqwzNJz', 'minted', 1, 'evt_04d8bef0-04ab-4c81-a14a-ecbdee5259e2', 1, 'G1H7cipBCn7RoH8wcFcYSWXN1mhNrKH4F7dzgHegMrnc', '4YcDAg83FcaN8uSrAMGfqLvboPyuAK5o29sSVc8LjGkr4UWvDVQaNFKsCgMK5gzsZKvQ9ccCJz5fdD75UqDMbHYm', 92, 'CuJtPLSVzgTpDccMuSQZjKW2zuFDYcLJZdKnhNqwzNJz', NULL, 12, '2026-11-30 20:11:32.212+00', 'ADMIT', '6b26f2e9a9ffdf557f6fb8378a25be108b07bb08b78a8a9c969fb7676f325a54'),
	('demo', 'tkt_p2q3hf7qybbn6tchkglw5v25v2', 'gala-261130201115', 'A-2', 'ord_6i42cfmnuh3e66xo5og4luruup', 'carla', 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', 'minted', 1, 'evt_0445db07-f27b-4c44-9152-430332facd5c', 1, '13yoWnV7FKQjY2LuKWjGhycnVrxrTULikAufabMD8PvR', 'S1qSZ3VHiagiNBUjsMmVtfVX4vKbeBqJG1E1qUFBDyC8iRGYpnfAN7T9ZPjXDw34kjJWVbq6RB9Nxj1KD2kX8A6', 92, 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', NULL, 13, '2026-11-30 20:11:32.233+00', 'ADMIT', 'bc5b0d91698aea0e7874a6b90c7ed8f0b81f4b51748c60b2ddca847877e69af1'),
	('demo', 'tkt_jscvioao3d4mk4yukkoa256sdl', 'gala-261130201115', 'A-3', 'ord_6i42cfmnuh3e66xo5og4luruup', 'carla', 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', 'minted', 1, 'evt_0445db07-f27b-4c44-9152-430332facd5c', 1, 'GyCfs4bCA9inw1nUedn4AhRLU32FJoKb8cvSxQWLxQfQ', '4XHtCyAzh8ThZo1qXtgfk36PpJdSHbX43B1ojDn1M2fKFvZhDfv8io9U2u2TvZdtxGa19zLkS2J75Y9MZPsmoay4', 92, 'EBngcsYAxSHEJNb7TUHS5UnkC9yZjjXupu4bHZPKDsvb', NULL, 13, '2026-11-30 20:11:32.233+00', 'ADMIT', '1549ccd2c9d74b955cbf0a14b58e8461d9603bd560c97f9bb755af952dda72d8');

SELECT pg_catalog.setval('ledger.migration_id_seq', 11, true);

ALTER TABLE ONLY ledger.migration
    ADD CONSTRAINT "PK_3043fc6b8af7c99b8b98830094f" PRIMARY KEY (id);

ALTER TABLE ONLY ledger.account_balance
    ADD CONSTRAINT account_balance_pkey PRIMARY KEY (tenant, sale, unit, account);

ALTER TABLE ONLY ledger.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (stream);

ALTER TABLE ONLY ledger.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (tenant, sequence, event_index, entry_index);

ALTER TABLE ONLY ledger.log_head
    ADD CONSTRAINT log_head_pkey PRIMARY KEY (tenant, subject);

ALTER TABLE ONLY ledger.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (tenant, sale, payment, order_id, currency);

ALTER TABLE ONLY ledger.sale_order
    ADD CONSTRAINT sale_order_pkey PRIMARY KEY (tenant, order_id);

ALTER TABLE ONLY ledger.sale
    ADD CONSTRAINT sale_pkey PRIMARY KEY (tenant, sale);

ALTER TABLE ONLY ledger.suspension
    ADD CONSTRAINT suspension_pkey PRIMARY KEY (tenant, suspended_sequence, suspended_index);

ALTER TABLE ONLY ledger.tenant_chain
    ADD CONSTRAINT tenant_chain_pkey PRIMARY KEY (tenant);

ALTER TABLE ONLY ledger.tenant_halt
    ADD CONSTRAINT tenant_halt_pkey PRIMARY KEY (tenant);

ALTER TABLE ONLY ledger.ticket
    ADD CONSTRAINT ticket_pkey PRIMARY KEY (tenant, ticket);

ALTER TABLE ONLY ledger_shadow.account_balance
    ADD CONSTRAINT account_balance_pkey PRIMARY KEY (tenant, sale, unit, account);

ALTER TABLE ONLY ledger_shadow.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (stream);

ALTER TABLE ONLY ledger_shadow.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (tenant, sequence, event_index, entry_index);

ALTER TABLE ONLY ledger_shadow.log_head
    ADD CONSTRAINT log_head_pkey PRIMARY KEY (tenant, subject);

ALTER TABLE ONLY ledger_shadow.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (tenant, sale, payment, order_id, currency);

ALTER TABLE ONLY ledger_shadow.sale_order
    ADD CONSTRAINT sale_order_pkey PRIMARY KEY (tenant, order_id);

ALTER TABLE ONLY ledger_shadow.sale
    ADD CONSTRAINT sale_pkey PRIMARY KEY (tenant, sale);

ALTER TABLE ONLY ledger_shadow.suspension
    ADD CONSTRAINT suspension_pkey PRIMARY KEY (tenant, suspended_sequence, suspended_index);

ALTER TABLE ONLY ledger_shadow.tenant_chain
    ADD CONSTRAINT tenant_chain_pkey PRIMARY KEY (tenant);

ALTER TABLE ONLY ledger_shadow.tenant_halt
    ADD CONSTRAINT tenant_halt_pkey PRIMARY KEY (tenant);

ALTER TABLE ONLY ledger_shadow.ticket
    ADD CONSTRAINT ticket_pkey PRIMARY KEY (tenant, ticket);

CREATE INDEX ledger_entry_of_sale ON ledger.ledger_entry USING btree (tenant, sale, sequence);

CREATE INDEX payment_in_clearing ON ledger.payment USING btree (tenant, sale) WHERE (clearing_minor > (0)::numeric);

CREATE INDEX sale_order_of_sale ON ledger.sale_order USING btree (tenant, sale, order_id);

CREATE INDEX ticket_of_sale ON ledger.ticket USING btree (tenant, sale, ticket);

CREATE INDEX payment_in_clearing ON ledger_shadow.payment USING btree (tenant, sale) WHERE (clearing_minor > (0)::numeric);

ALTER TABLE ledger.account_balance ENABLE ROW LEVEL SECURITY;

CREATE POLICY admit_owner ON ledger.suspension TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY admit_owner ON ledger.tenant_halt TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY admit_projector ON ledger.suspension TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY admit_projector ON ledger.tenant_halt TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY admit_replay ON ledger.suspension TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY admit_replay ON ledger.tenant_halt TO admit_replay USING (true) WITH CHECK (true);

ALTER TABLE ledger.checkpoint ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger.ledger_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger.log_head ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner ON ledger.account_balance TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.checkpoint TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.ledger_entry TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.log_head TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.payment TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.sale TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.sale_order TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.tenant_chain TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger.ticket TO admit_owner USING (true) WITH CHECK (true);

ALTER TABLE ledger.payment ENABLE ROW LEVEL SECURITY;

CREATE POLICY projector ON ledger.account_balance TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.checkpoint TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.ledger_entry TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.log_head TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.payment TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.sale TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.sale_order TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.tenant_chain TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger.ticket TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.account_balance TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.checkpoint TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.ledger_entry TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.log_head TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.payment TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.sale TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.sale_order TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.tenant_chain TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger.ticket TO admit_replay USING (true) WITH CHECK (true);

ALTER TABLE ledger.sale ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger.sale_order ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger.suspension ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON ledger.account_balance FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.ledger_entry FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.log_head FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.payment FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.sale FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.sale_order FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.suspension FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.tenant_chain FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.tenant_halt FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger.ticket FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

ALTER TABLE ledger.tenant_chain ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger.tenant_halt ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger.ticket ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.account_balance ENABLE ROW LEVEL SECURITY;

CREATE POLICY admit_owner ON ledger_shadow.suspension TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY admit_owner ON ledger_shadow.tenant_halt TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY admit_projector ON ledger_shadow.suspension TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY admit_projector ON ledger_shadow.tenant_halt TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY admit_replay ON ledger_shadow.suspension TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY admit_replay ON ledger_shadow.tenant_halt TO admit_replay USING (true) WITH CHECK (true);

ALTER TABLE ledger_shadow.checkpoint ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.ledger_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.log_head ENABLE ROW LEVEL SECURITY;

CREATE POLICY owner ON ledger_shadow.account_balance TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.checkpoint TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.ledger_entry TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.log_head TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.payment TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.sale TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.sale_order TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.tenant_chain TO admit_owner USING (true) WITH CHECK (true);

CREATE POLICY owner ON ledger_shadow.ticket TO admit_owner USING (true) WITH CHECK (true);

ALTER TABLE ledger_shadow.payment ENABLE ROW LEVEL SECURITY;

CREATE POLICY projector ON ledger_shadow.account_balance TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.checkpoint TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.ledger_entry TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.log_head TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.payment TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.sale TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.sale_order TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.tenant_chain TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY projector ON ledger_shadow.ticket TO admit_projector USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.account_balance TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.checkpoint TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.ledger_entry TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.log_head TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.payment TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.sale TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.sale_order TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.tenant_chain TO admit_replay USING (true) WITH CHECK (true);

CREATE POLICY replay ON ledger_shadow.ticket TO admit_replay USING (true) WITH CHECK (true);

ALTER TABLE ledger_shadow.sale ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.sale_order ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.suspension ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant ON ledger_shadow.account_balance FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.ledger_entry FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.log_head FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.payment FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.sale FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.sale_order FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.suspension FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.tenant_chain FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.tenant_halt FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

CREATE POLICY tenant ON ledger_shadow.ticket FOR SELECT TO admit_reader USING ((tenant = NULLIF(current_setting('app.tenant'::text, true), ''::text)));

ALTER TABLE ledger_shadow.tenant_chain ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.tenant_halt ENABLE ROW LEVEL SECURITY;

ALTER TABLE ledger_shadow.ticket ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA ledger TO admit_projector;
GRANT USAGE ON SCHEMA ledger TO admit_reader;
GRANT USAGE ON SCHEMA ledger TO admit_replay;

GRANT USAGE ON SCHEMA ledger_shadow TO admit_replay;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.account_balance TO admit_projector;
GRANT SELECT ON TABLE ledger.account_balance TO admit_replay;
GRANT SELECT ON TABLE ledger.account_balance TO admit_reader;

GRANT SELECT,UPDATE ON TABLE ledger.checkpoint TO admit_projector;
GRANT SELECT ON TABLE ledger.checkpoint TO admit_replay;

GRANT SELECT,INSERT ON TABLE ledger.ledger_entry TO admit_projector;
GRANT SELECT ON TABLE ledger.ledger_entry TO admit_replay;
GRANT SELECT ON TABLE ledger.ledger_entry TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.log_head TO admit_projector;
GRANT SELECT ON TABLE ledger.log_head TO admit_replay;
GRANT SELECT ON TABLE ledger.log_head TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.payment TO admit_projector;
GRANT SELECT ON TABLE ledger.payment TO admit_replay;
GRANT SELECT ON TABLE ledger.payment TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.sale TO admit_projector;
GRANT SELECT ON TABLE ledger.sale TO admit_replay;
GRANT SELECT ON TABLE ledger.sale TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.sale_order TO admit_projector;
GRANT SELECT ON TABLE ledger.sale_order TO admit_replay;
GRANT SELECT ON TABLE ledger.sale_order TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.suspension TO admit_projector;
GRANT SELECT ON TABLE ledger.suspension TO admit_replay;
GRANT SELECT ON TABLE ledger.suspension TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.tenant_chain TO admit_projector;
GRANT SELECT ON TABLE ledger.tenant_chain TO admit_replay;
GRANT SELECT ON TABLE ledger.tenant_chain TO admit_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger.tenant_halt TO admit_projector;
GRANT SELECT ON TABLE ledger.tenant_halt TO admit_replay;
GRANT SELECT ON TABLE ledger.tenant_halt TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger.ticket TO admit_projector;
GRANT SELECT ON TABLE ledger.ticket TO admit_replay;
GRANT SELECT ON TABLE ledger.ticket TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.account_balance TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.account_balance TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.account_balance TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.checkpoint TO admit_replay;
GRANT SELECT,UPDATE ON TABLE ledger_shadow.checkpoint TO admit_projector;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.ledger_entry TO admit_replay;
GRANT SELECT,INSERT ON TABLE ledger_shadow.ledger_entry TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.ledger_entry TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.log_head TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.log_head TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.log_head TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.payment TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.payment TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.payment TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.sale TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.sale TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.sale TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.sale_order TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.sale_order TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.sale_order TO admit_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.suspension TO admit_projector;
GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.suspension TO admit_replay;
GRANT SELECT ON TABLE ledger_shadow.suspension TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.tenant_chain TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.tenant_chain TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.tenant_chain TO admit_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE ledger_shadow.tenant_halt TO admit_projector;
GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.tenant_halt TO admit_replay;
GRANT SELECT ON TABLE ledger_shadow.tenant_halt TO admit_reader;

GRANT SELECT,INSERT,TRUNCATE,UPDATE ON TABLE ledger_shadow.ticket TO admit_replay;
GRANT SELECT,INSERT,UPDATE ON TABLE ledger_shadow.ticket TO admit_projector;
GRANT SELECT ON TABLE ledger_shadow.ticket TO admit_reader;

