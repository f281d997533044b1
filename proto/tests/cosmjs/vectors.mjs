// Prints the amino sign bytes that CosmJS makes of some transactions, for tests/amino.rs:
//   npm install && npm run vectors
import { makeSignDoc, serializeSignDoc } from "@cosmjs/amino";
import { fromUtf8, toBase64 } from "@cosmjs/encoding";
import { Registry } from "@cosmjs/proto-signing";
import { AminoTypes, createDefaultAminoConverters, defaultRegistryTypes } from "@cosmjs/stargate";
import { TextProposal } from "cosmjs-types/cosmos/gov/v1beta1/gov.js";
import { PubKey as Ed25519 } from "cosmjs-types/cosmos/crypto/ed25519/keys.js";
import { Fee, TxBody } from "cosmjs-types/cosmos/tx/v1beta1/tx.js";

const registry = new Registry(defaultRegistryTypes);
const amino = new AminoTypes(createDefaultAminoConverters());

const alice = "whence1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5mhg0ra";
const bob = "whence1qgpqyqszqgpqyqszqgpqyqszqgpqyqszjrcy0p";
const validator = "whencevaloper1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5p2c2rw";
const coin = (amount, denom = "uwhn") => ({ denom, amount });

const txs = {
  send: [["/cosmos.bank.v1beta1.MsgSend", { fromAddress: alice, toAddress: bob, amount: [coin("5")] }]],
  "send nothing": [["/cosmos.bank.v1beta1.MsgSend", { fromAddress: alice, toAddress: bob, amount: [] }]],
  "multi send": [["/cosmos.bank.v1beta1.MsgMultiSend", {
    inputs: [{ address: alice, coins: [coin("5")] }],
    outputs: [{ address: bob, coins: [coin("2")] }, { address: alice, coins: [coin("3")] }],
  }]],
  delegate: [["/cosmos.staking.v1beta1.MsgDelegate", { delegatorAddress: alice, validatorAddress: validator, amount: coin("7") }]],
  undelegate: [["/cosmos.staking.v1beta1.MsgUndelegate", { delegatorAddress: alice, validatorAddress: validator, amount: coin("7") }]],
  redelegate: [["/cosmos.staking.v1beta1.MsgBeginRedelegate", {
    delegatorAddress: alice, validatorSrcAddress: validator, validatorDstAddress: validator, amount: coin("7"),
  }]],
  "create validator": [["/cosmos.staking.v1beta1.MsgCreateValidator", {
    // All set: CosmJS keeps empty ones, which the SDK leaves out.
    description: { moniker: "me & <you>", identity: "i", website: "w", securityContact: "s", details: "a \"b\"" },
    commission: { rate: "100000000000000000", maxRate: "200000000000000000", maxChangeRate: "10000000000000000" },
    minSelfDelegation: "1", delegatorAddress: alice, validatorAddress: validator,
    pubkey: { typeUrl: "/cosmos.crypto.ed25519.PubKey", value: Ed25519.encode({ key: new Uint8Array(32).fill(7) }).finish() },
    value: coin("100"),
  }]],
  "edit validator": [["/cosmos.staking.v1beta1.MsgEditValidator", {
    description: { moniker: "m", identity: "i", website: "w", securityContact: "s", details: "d" },
    commissionRate: "50000000000000000", minSelfDelegation: "3", validatorAddress: validator,
  }]],
  "submit proposal": [["/cosmos.gov.v1beta1.MsgSubmitProposal", {
    content: {
      typeUrl: "/cosmos.gov.v1beta1.TextProposal",
      value: TextProposal.encode({ title: "T", description: "Why\nnot?" }).finish(),
    },
    initialDeposit: [coin("10")], proposer: alice,
  }]],
  vote: [["/cosmos.gov.v1beta1.MsgVote", { proposalId: 3n, voter: alice, option: 1 }]],
  "weighted vote": [["/cosmos.gov.v1beta1.MsgVoteWeighted", {
    proposalId: 3n, voter: alice,
    options: [{ option: 1, weight: "700000000000000000" }, { option: 3, weight: "300000000000000000" }],
  }]],
  deposit: [["/cosmos.gov.v1beta1.MsgDeposit", { proposalId: 3n, depositor: alice, amount: [coin("10")] }]],
  "withdraw reward": [["/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward", { delegatorAddress: alice, validatorAddress: validator }]],
  "fund pool": [["/cosmos.distribution.v1beta1.MsgFundCommunityPool", { amount: [coin("1")], depositor: alice }]],
  two: [
    ["/cosmos.bank.v1beta1.MsgSend", { fromAddress: alice, toAddress: bob, amount: [coin("5"), coin("6", "ibc/AB")] }],
    ["/cosmos.gov.v1beta1.MsgVote", { proposalId: 18446744073709551615n, voter: alice, option: 4 }],
  ],
};

const fees = [
  { amount: [coin("200")], gas: "100000" },
  { amount: [], gas: "0" },
  { amount: [coin("1"), coin("2", "zeta")], gas: "18446744073709551615", payer: bob, granter: alice },
];
const memos = ["", "<b> & \"quotes\" \\ é 漢 😀 \t\n"];

const vectors = [];
for (const [name, messages] of Object.entries(txs)) {
  const i = vectors.length;
  const objects = messages.map(([typeUrl, value]) => ({ typeUrl, value }));
  const [fee, memo, timeout] = [fees[i % 3], memos[i % 2], i % 4 === 0 ? 99n : 0n];
  const doc = makeSignDoc(
    objects.map((m) => amino.toAmino(m)), fee, "whence-local-1", memo, i, i * 7, timeout || undefined,
  );
  vectors.push({
    name,
    chain_id: doc.chain_id,
    account_number: doc.account_number,
    sequence: doc.sequence,
    body: toBase64(TxBody.encode(TxBody.fromPartial({
      messages: objects.map((m) => registry.encodeAsAny(m)), memo, timeoutHeight: timeout,
    })).finish()),
    fee: toBase64(Fee.encode(Fee.fromPartial({
      amount: fee.amount, gasLimit: BigInt(fee.gas), payer: fee.payer ?? "", granter: fee.granter ?? "",
    })).finish()),
    sign_bytes: fromUtf8(serializeSignDoc(doc)),
  });
}
process.stdout.write(JSON.stringify(vectors, null, 1) + "\n");
