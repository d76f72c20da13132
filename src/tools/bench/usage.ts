/** The answer to `--help`. */
export const USAGE = `Usage: mini-redis bench [OPTIONS] [COMMAND ARGS...]

Server:
 -h <hostname>      Server to connect to (default 127.0.0.1)
 -p <port>          Its port (default 6379)
 -s <socket>        Unix socket, instead of host and port
 -u <uri>           All of it in one: redis://[[user]:password@]host[:port][/database],
                    rediss:// over TLS, unix:///path/of/socket
 -a <password>      Password
 --user <username>  User, for AUTH with two arguments. Needs -a.
 --dbnum <db>       Database (default 0)
 -3                 Use RESP3
 --cluster          Spread the load over the masters of a cluster. A command of your
                    own needs a key with "{tag}", which is replaced by one of the node.
 --tls              Connect over TLS, with --sni <host>, --cacert <file>, --cacertdir <dir>,
                    --insecure, --cert <file>, --key <file>, --tls-ciphers <list> and
                    --tls-ciphersuites <list>

Load:
 -c <clients>       Parallel connections (default 50)
 -n <requests>      Requests in all (default 100000)
 -P <numreq>        Requests that a connection sends at once (default 1)
 -d <size>          Bytes of a value (default 3)
 -r <keyspacelen>   Replace __rand_int__ in arguments by a random number of 12 digits
                    from 0 to keyspacelen - 1, another for each request. The tests
                    have it in keys, in members of sets and sorted sets, and in scores.
                    Without -r all requests have the same key.
 -k <boolean>       1: keep connections (default), 0: a new one for each batch
 -t <tests>         Only these tests, with commas between: their names as they are shown,
                    in small letters, such as ping,set,lrange_100
 --threads <num>    Spread the connections over so many threads
 --enable-tracking  Send CLIENT TRACKING ON first
 -l                 Begin again at the end, for ever
 -I                 Open idle connections and wait
 -x                 Take the last argument of the command from standard input

Output:
 -q                 One line for each test
 --csv              Lines of comma-separated values
 --precision <num>  Exact digits of latencies, 1 to 4 (default 3)
 --histogram        The distribution of latencies as HdrHistogram prints it, in milliseconds,
                    for its plotting tools

 --help, --version

In a command of your own __rand_int__ is replaced as said under -r, and __data__ by
a value of the size that -d gives.

Examples:

 mini-redis bench
 mini-redis bench -h 192.168.1.1 -p 6379 -n 100000 -c 20
 mini-redis bench -t set -n 1000000 -r 100000000
 mini-redis bench -t ping,set,get -n 100000 -P 16 --csv
 mini-redis bench -q -r 10000 -n 10000 lpush mylist __rand_int__
`;
