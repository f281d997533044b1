// Sends coins with CosmJS and reads the balance and the transaction back; prints one JSON object.
// usage: node send.mjs direct|amino RPC-URL CHAIN-ID SECRET-HEX RECIPIENT AMOUNT
import { Secp256k1Wallet } from "@cosmjs/amino";
import { DirectSecp256k1Wallet } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";

const [mode, url, chainId, secret, recipient, amount] = process.argv.slice(2);
const Wallet = mode === "amino" ? Secp256k1Wallet : DirectSecp256k1Wallet;
const wallet = await Wallet.fromKey(Uint8Array.from(Buffer.from(secret, "hex")), "whence");
const [account] = await wallet.getAccounts();
const client = await SigningStargateClient.connectWithSigner(url, wallet, {
  gasPrice: GasPrice.fromString("0.01uwhn"),
});
const told = await client.getChainId();
if (told !== chainId) throw new Error(`the chain calls itself ${told}, not ${chainId}`);
const coins = [{ denom: "uwhn", amount }];
// "auto" simulates first.
const sent = await client.sendTokens(account.address, recipient, coins, "auto", `CosmJS ${mode}`);
const found = await client.getTx(sent.transactionHash);
if (found === null) throw new Error("the transaction is not found by its hash");
const balance = await client.getBalance(recipient, "uwhn");
console.log(JSON.stringify({
  hash: found.hash,
  height: found.height,
  code: found.code,
  log: found.rawLog,
  balance: balance.amount,
}));
client.disconnect();
