// Command simd is a whole node of the Cosmos SDK around ibc-go's application, whose own `simd` the
// module proxy does not serve: init, keys, genesis, start and what else the SDK's server brings.
package main

import (
	"io"
	"os"

	"cosmossdk.io/log"
	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/keys"
	"github.com/cosmos/cosmos-sdk/server"
	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	"github.com/cosmos/ibc-go/v10/testing/simapp"
	"github.com/spf13/cobra"
)

const home = ".simd"

func newApp(logger log.Logger, db dbm.DB, trace io.Writer, options servertypes.AppOptions) servertypes.Application {
	return simapp.NewSimApp(logger, db, trace, true, options, server.DefaultBaseappOptions(options)...)
}

func noExport(log.Logger, dbm.DB, io.Writer, int64, bool, []string, servertypes.AppOptions, []string) (servertypes.ExportedApp, error) {
	return servertypes.ExportedApp{}, nil
}

func main() {
	app := simapp.NewSimApp(log.NewNopLogger(), dbm.NewMemDB(), nil, true, simtestutil.EmptyAppOptions{})
	context := client.Context{}.
		WithCodec(app.AppCodec()).
		WithInterfaceRegistry(app.InterfaceRegistry()).
		WithLegacyAmino(app.LegacyAmino()).
		WithTxConfig(app.GetTxConfig()).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithInput(os.Stdin).
		WithHomeDir(home)
	root := &cobra.Command{
		Use:          "simd",
		SilenceUsage: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			context, err := client.ReadPersistentCommandFlags(context.WithCmdContext(cmd.Context()), cmd.Flags())
			if err != nil {
				return err
			}
			if err := client.SetCmdClientContextHandler(context, cmd); err != nil {
				return err
			}
			return server.InterceptConfigsPreRunHandler(
				cmd, serverconfig.DefaultConfigTemplate, serverconfig.DefaultConfig(), cmtcfg.DefaultConfig())
		},
	}
	root.AddCommand(
		genutilcli.InitCmd(app.BasicModuleManager, home),
		genutilcli.Commands(app.GetTxConfig(), app.BasicModuleManager, home),
		keys.Commands(),
	)
	server.AddCommands(root, home, newApp, noExport, func(*cobra.Command) {})
	root.PersistentFlags().String(flags.FlagKeyringBackend, flags.DefaultKeyringBackend, "where keys are kept")
	if err := svrcmd.Execute(root, "SIMD", home); err != nil {
		os.Exit(1)
	}
}
