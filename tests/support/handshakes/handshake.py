# For each line "port<TAB>root file": whether the ssl module, trusting this root alone, takes the server on 127.0.0.1 as
# "localhost". Prints "yes" or what it says. Called with "strict", it is as strict as Python 3.13 is by itself.
import socket
import ssl
import sys


def ask(port, root):
    try:
        context = ssl.create_default_context(cafile=root)
        if "strict" in sys.argv:
            context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        with socket.create_connection(("127.0.0.1", port), 30) as plain:
            with context.wrap_socket(plain, server_hostname="localhost"):
                return "yes"
    except OSError as error:
        return str(error)


for line in sys.stdin:
    port, root = line.rstrip("\n").split("\t")
    print(ask(int(port), root).replace("\n", " "), flush=True)
