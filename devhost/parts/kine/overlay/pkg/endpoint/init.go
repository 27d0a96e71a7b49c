package endpoint

// The databases a virtual cluster can be given; the other drivers bring message brokers and object stores along.
import (
	_ "github.com/k3s-io/kine/pkg/drivers/mysql"
	_ "github.com/k3s-io/kine/pkg/drivers/pgsql"
	_ "github.com/k3s-io/kine/pkg/drivers/sqlite"
)
