# For each line "port<TAB>root file<TAB>host in hexadecimal": whether the ssl module, trusting this root alone, takes the
# server on 127.0.0.1 as this host. Prints 1, or 0 and what it says, or E where it complains of something else than names.
import socket
import ssl
import sys

# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH.
WRONG_NAMES = (62, 64)


def ask(port, root, host):
    context = ssl.create_default_context(cafile=root)
    try:
        with socket.create_connection(("127.0.0.1", port), 30) as plain:
            with context.wrap_socket(plain, server_hostname=host):
                return "1\t"
    except ssl.SSLCertVerificationError as error:
        return f"0\t{error}" if error.verify_code in WRONG_NAMES else "E\t"
    except OSError:
        # The server does not take every host in the hello.
        return "E\t"
    except ValueError as error:
        return f"0\t{error}"


for line in sys.stdin:
    port, root, host = line.rstrip("\n").split("\t")
    print(ask(int(port), root, bytes.fromhex(host).decode()).replace("\n", " "), flush=True)
