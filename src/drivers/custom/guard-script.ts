/**
 * Runs the command in its arguments with stdout and stderr both on stderr, and descriptor 3 for its answer on stdout.
 * stdin is a pipe that ends when `lo` does, even when it is killed: the command then is ended too, and so never works
 * on beside the next `lo`. What a driver leaves running on purpose stays, once it has come to its end. The shell's own
 * word for a command that was killed is no part of the story.
 */
export const guardScript = `exec 3>&1 1>&2 4<&0 5>&2 </dev/null 2>/dev/null
{ read -r _ <&4; trap '' TERM; kill -s TERM 0; sleep 3; kill -s KILL 0; } >/dev/null 3>&- 5>&- &
guard=$!
/bin/sh -c 'exec "$@" 2>&5 4<&- 5>&-' sh "$@"
status=$?
kill -s KILL "$guard"
exit "$status"`
