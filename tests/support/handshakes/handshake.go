// For each line "port<TAB>root file": whether crypto/tls, trusting this root alone, takes the server on 127.0.0.1 as
// "localhost". Prints "yes" or what it says.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		fmt.Println(strings.ReplaceAll(ask(fields[0], fields[1]), "\n", " "))
	}
}

func ask(port string, root string) string {
	pem, err := os.ReadFile(root)
	if err != nil {
		panic(err)
	}
	roots := x509.NewCertPool()
	// One that cannot be read is left out, as programs do.
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, ServerName: "localhost"}
	dialer := &net.Dialer{Timeout: 30 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", "127.0.0.1:"+port, config)
	if err != nil {
		return err.Error()
	}
	connection.Close()
	return "yes"
}
