// Command sdk makes messages of every type on the wire from a fixed seed, and prints each with
// the amino JSON that the Cosmos SDK's own encoder (cosmossdk.io/x/tx) gives it:
//
//	go run . ../../src/gen/descriptors.bin cosmos. > vectors.json
//
// The second argument is what the types' names begin with. Those of whence.* are not committed, as
// their protos still move; run it with "whence." and feed the answer to tests/amino.rs by VECTORS.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strings"

	"cosmossdk.io/x/tx/signing/aminojson"
	cosmos_proto "github.com/cosmos/cosmos-proto"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// vector is one message; Json is empty when the encoder refuses it.
type vector struct {
	Type  string `json:"type"`
	Bytes string `json:"bytes"`
	Json  string `json:"json"`
}

// Rounds is how many messages of each type are made: empty, sparse and full ones.
const rounds = 3

var packed = []protoreflect.FullName{
	"cosmos.bank.v1beta1.MsgSend", "cosmos.gov.v1beta1.TextProposal", "cosmos.crypto.secp256k1.PubKey",
	"cosmos.crypto.ed25519.PubKey", "cosmos.staking.v1beta1.StakeAuthorization",
	"cosmos.base.v1beta1.Coin", "cosmos.crypto.multisig.LegacyAminoPubKey",
}

func main() {
	raw, err := os.ReadFile(os.Args[1])
	check(err)
	var set descriptorpb.FileDescriptorSet
	check(proto.Unmarshal(raw, &set))
	files, err := protodesc.NewFiles(&set)
	check(err)

	types := map[string]protoreflect.MessageDescriptor{}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		collect(types, file.Messages(), os.Args[2])
		return true
	})
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	sort.Strings(names)

	encoder := aminojson.NewEncoder(aminojson.EncoderOptions{
		FileResolver: files,
		TypeResolver: dynamicpb.NewTypes(files),
	})
	random := rand.New(rand.NewSource(1))
	var out []vector
	for _, name := range names {
		for fill := 0; fill < rounds; fill++ {
			message := dynamicpb.NewMessage(types[name])
			populate(random, files, message, fill, 4)
			bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
			check(err)
			v := vector{Type: name, Bytes: base64.StdEncoding.EncodeToString(bytes)}
			if text, err := encoder.Marshal(message); err == nil {
				v.Json = string(text)
			}
			out = append(out, v)
		}
	}
	text, err := json.MarshalIndent(out, "", " ")
	check(err)
	fmt.Println(string(text))
}

// collect takes the messages that transactions, accounts and genesis files hold.
func collect(types map[string]protoreflect.MessageDescriptor, messages protoreflect.MessageDescriptors, prefix string) {
	for i := 0; i < messages.Len(); i++ {
		name := string(messages.Get(i).FullName())
		ours := strings.HasPrefix(name, prefix)
		wire := !strings.Contains(name, ".Query") && !strings.Contains(name, "Response") &&
			!strings.Contains(name, ".Event") && !strings.Contains(name, "reflection") &&
			!strings.Contains(name, "autocli") && !strings.Contains(name, "Genesis") &&
			!strings.Contains(name, ".tendermint.") && !strings.Contains(name, ".tx.config.") &&
			!strings.HasPrefix(name, "cosmos.app.")
		if ours && wire {
			types[name] = messages.Get(i)
		}
		collect(types, messages.Get(i).Messages(), prefix)
	}
}

func populate(r *rand.Rand, files aminojsonFiles, m protoreflect.Message, fill, depth int) {
	fields := m.Descriptor().Fields()
	for i := 0; i < fields.Len(); i++ {
		field := fields.Get(i)
		message := field.Message() != nil && !field.IsList() && !field.IsMap()
		// Message fields are mostly set: the encoder refuses most messages without them.
		keep := fill == 2 || (fill == 1 && r.Intn(2) == 0) || (message && r.Intn(4) > 0)
		if !keep || (field.Message() != nil && depth == 0) {
			continue
		}
		switch {
		case field.IsMap():
			continue
		case field.IsList():
			list := m.Mutable(field).List()
			for n := r.Intn(3); n >= 0; n-- {
				if field.Message() != nil {
					item := list.NewElement()
					fillMessage(r, files, item.Message(), fill, depth-1)
					list.Append(item)
				} else {
					list.Append(scalar(r, field))
				}
			}
		case field.Message() != nil:
			fillMessage(r, files, m.Mutable(field).Message(), fill, depth-1)
		default:
			m.Set(field, scalar(r, field))
		}
	}
}

type aminojsonFiles interface {
	FindDescriptorByName(protoreflect.FullName) (protoreflect.Descriptor, error)
}

func fillMessage(r *rand.Rand, files aminojsonFiles, m protoreflect.Message, fill, depth int) {
	fields := m.Descriptor().Fields()
	switch m.Descriptor().FullName() {
	case "google.protobuf.Any":
		name := packed[r.Intn(len(packed))]
		desc, err := files.FindDescriptorByName(name)
		check(err)
		inner := dynamicpb.NewMessage(desc.(protoreflect.MessageDescriptor))
		if depth > 0 {
			populate(r, files, inner, 2, depth-1)
		}
		value, err := proto.MarshalOptions{Deterministic: true}.Marshal(inner)
		check(err)
		m.Set(fields.ByName("type_url"), protoreflect.ValueOfString("/"+string(name)))
		m.Set(fields.ByName("value"), protoreflect.ValueOfBytes(value))
	case "google.protobuf.Timestamp":
		m.Set(fields.ByName("seconds"), protoreflect.ValueOfInt64(r.Int63n(4e9)-1e9))
		nanos := []int32{0, 5, 120000000, 999999999, 1000}
		m.Set(fields.ByName("nanos"), protoreflect.ValueOfInt32(nanos[r.Intn(len(nanos))]))
	case "google.protobuf.Duration":
		m.Set(fields.ByName("seconds"), protoreflect.ValueOfInt64(r.Int63n(4e9)-2e9))
		m.Set(fields.ByName("nanos"), protoreflect.ValueOfInt32(0))
	default:
		populate(r, files, m, fill, depth)
	}
}

func scalar(r *rand.Rand, field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(r.Intn(field.Enum().Values().Len())))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(r.Uint32()))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(r.Uint32())
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(r.Uint64()))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(r.Uint64())
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(r.Float32())
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(r.Float64())
	case protoreflect.BytesKind:
		if isNumber(field) {
			return protoreflect.ValueOfBytes([]byte(number(r)))
		}
		bytes := make([]byte, 1+r.Intn(33))
		r.Read(bytes)
		return protoreflect.ValueOfBytes(bytes)
	default:
		if isNumber(field) {
			return protoreflect.ValueOfString(number(r))
		}
		texts := []string{"whence1x", "a <b> & \"c\" \\d", "tab\tline\nreturn\r", "é 漢 😀 \u2028", "\b\f\u0001\u007f"}
		return protoreflect.ValueOfString(texts[r.Intn(len(texts))])
	}
}

func isNumber(field protoreflect.FieldDescriptor) bool {
	scalar, _ := proto.GetExtension(field.Options(), cosmos_proto.E_Scalar).(string)
	return scalar == "cosmos.Int" || scalar == "cosmos.Dec"
}

func number(r *rand.Rand) string {
	numbers := []string{"0", "1", "50000000000000000", "-1500000000000000000", "123456789012345678901234567890"}
	return numbers[r.Intn(len(numbers))]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
