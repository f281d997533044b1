// Command go-ics23 checks two-op proofs with Go's ics23, as ibc-go does: the key's proof gives the
// store's root, which the second proof must find under the store's name in the tree of the app hash.
//
// It reads one JSON object a line from stdin and writes "ok" or "refused: why" for each.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	ics23 "github.com/cosmos/ics23/go"
)

// claim is one line of input; byte strings are hex.
type claim struct {
	Root  string   `json:"root"`
	Spec  string   `json:"spec"`
	Store string   `json:"store"`
	Key   string   `json:"key"`
	Value *string  `json:"value"`
	Ops   []string `json:"ops"`
}

// jmtSpec is written here anew, not taken from the Rust side.
func jmtSpec() *ics23.ProofSpec {
	return &ics23.ProofSpec{
		LeafSpec: &ics23.LeafOp{
			Hash:         ics23.HashOp_SHA256,
			PrehashKey:   ics23.HashOp_SHA256,
			PrehashValue: ics23.HashOp_SHA256,
			Length:       ics23.LengthOp_NO_PREFIX,
			Prefix:       []byte("JMT::LeafNode"),
		},
		InnerSpec: &ics23.InnerSpec{
			ChildOrder:      []int32{0, 1},
			ChildSize:       32,
			MinPrefixLength: 16,
			MaxPrefixLength: 16,
			EmptyChild:      []byte("SPARSE_MERKLE_PLACEHOLDER_HASH__"),
			Hash:            ics23.HashOp_SHA256,
		},
		MaxDepth:                   64,
		PrehashKeyBeforeComparison: true,
	}
}

func check(line []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	var c claim
	if err := json.Unmarshal(line, &c); err != nil {
		return err
	}
	root, err := hex.DecodeString(c.Root)
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(c.Key)
	if err != nil {
		return err
	}
	specs := []*ics23.ProofSpec{jmtSpec(), jmtSpec()}
	// One who has only the node's answers gives no spec.
	if c.Spec != "" {
		ours, err := jmtSpec().Marshal()
		if err != nil {
			return err
		}
		if theirs, err := hex.DecodeString(c.Spec); err != nil || !bytes.Equal(ours, theirs) {
			return errors.New("another spec")
		}
	}
	if len(c.Ops) != 2 {
		return errors.New("not two ops")
	}
	proofs := make([]*ics23.CommitmentProof, 2)
	for i, op := range c.Ops {
		data, err := hex.DecodeString(op)
		if err != nil {
			return err
		}
		proofs[i] = &ics23.CommitmentProof{}
		if err := proofs[i].Unmarshal(data); err != nil {
			return err
		}
	}
	sub, err := proofs[0].Calculate()
	if err != nil {
		return err
	}
	if !ics23.VerifyMembership(specs[1], root, proofs[1], []byte(c.Store), sub) {
		return errors.New("the store's root is not in the tree of the app hash")
	}
	if c.Value == nil {
		if !ics23.VerifyNonMembership(specs[0], sub, proofs[0], key) {
			return errors.New("the absence does not hold")
		}
		return nil
	}
	value, err := hex.DecodeString(*c.Value)
	if err != nil {
		return err
	}
	if !ics23.VerifyMembership(specs[0], sub, proofs[0], key, value) {
		return errors.New("the value does not hold")
	}
	return nil
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		if err := check(in.Bytes()); err != nil {
			fmt.Fprintf(out, "refused: %v\n", err)
		} else {
			fmt.Fprintln(out, "ok")
		}
	}
	if err := in.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
