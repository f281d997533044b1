// Command sdkjson prints the protobuf JSON that the Cosmos SDK's own codec gives to the messages of
// ../vectors.json. Those that it refuses are left out:
//
//	go run . < ../vectors.json > ../json.json
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	"github.com/cosmos/gogoproto/proto"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	distributiontypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

type vector struct {
	Type  string          `json:"type"`
	Bytes string          `json:"bytes"`
	Json  json.RawMessage `json:"json"`
}

func main() {
	registry := types.NewInterfaceRegistry()
	std.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	distributiontypes.RegisterInterfaces(registry)
	govv1.RegisterInterfaces(registry)
	govv1beta1.RegisterInterfaces(registry)
	minttypes.RegisterInterfaces(registry)
	slashingtypes.RegisterInterfaces(registry)
	stakingtypes.RegisterInterfaces(registry)
	printer := codec.NewProtoCodec(registry)

	var in []struct{ Type, Bytes string }
	check(json.NewDecoder(os.Stdin).Decode(&in))
	out := []vector{}
	for _, v := range in {
		kind := proto.MessageType(v.Type)
		if kind == nil {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(v.Bytes)
		check(err)
		message := reflect.New(kind.Elem()).Interface().(proto.Message)
		if printer.Unmarshal(raw, message) != nil {
			continue
		}
		if text, err := printer.MarshalJSON(message); err == nil {
			out = append(out, vector{v.Type, v.Bytes, text})
		}
	}
	text, err := json.Marshal(out)
	check(err)
	fmt.Println(string(text))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
