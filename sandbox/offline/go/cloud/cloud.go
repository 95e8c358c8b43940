// Package cloud takes the place of the Pulumi CLI's package of the same name, which has the command `pulumi api`, and
// what other commands about Pulumi Cloud need. A quarter of the time to compile the CLI goes into what only it imports.
package cloud

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/pkg/v3/backend/httpstate/client"
	"github.com/spf13/cobra"
)

var errLeftOut = errors.New("this command is not in the engine that the sandbox has built: install the Pulumi CLI for it")

// APIError is an error of `pulumi api`. Nothing returns one.
type APIError struct {
	ExitCode int
	Silent   bool
}

func (failed *APIError) Error() string { return errLeftOut.Error() }

// ResolvedContext is what commands about Pulumi Cloud need. Nothing returns one.
type ResolvedContext struct {
	Client   *client.Client
	OrgName  string
	LoggedIn bool
}

// ResolveContext returns an error.
func ResolveContext(context.Context) (*ResolvedContext, error) { return nil, errLeftOut }

// NewAPICmd returns `pulumi api`, which reports an error.
func NewAPICmd() *cobra.Command {
	return &cobra.Command{
		Use: "api", Hidden: true, Args: cobra.ArbitraryArgs,
		RunE: func(*cobra.Command, []string) error { return errLeftOut },
	}
}
