// Answers lines "kind<TAB>host in hex<TAB>certificate in hex" with x509.Certificate.VerifyHostname; the host is text,
// whatever the kind. Prints 1, 0, or E for a certificate that cannot be read.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/hex"
	"os"
	"strings"
)

func answer(line string) string {
	fields := strings.Split(line, "\t")
	host, hostError := hex.DecodeString(fields[1])
	der, derError := hex.DecodeString(fields[2])
	if hostError != nil || derError != nil {
		panic(line)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return "E"
	}
	if cert.VerifyHostname(string(host)) != nil {
		return "0"
	}
	return "1"
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		out.WriteString(answer(lines.Text()) + "\n")
	}
}
