/** What a host answered, or did not answer. Part of the error table (error-table.ts). */
export const hostErrors = {
  // ---- logins and connections ----
  HOST_UNDECLARED: {
    sentence: 'there is no host "{host}"',
    hint: 'hosts of the site file: {hosts}',
  },
  HOST_NAME_UNKNOWN: {
    sentence: '{host}: the name {address} has no address',
    hint: 'check the address of {host} in the site file, HostName in ~/.ssh/config, and the name service of this machine',
  },
  HOST_UNREACHABLE: {
    sentence: '{host} ({address}, port {port}) cannot be reached: {reason}',
    hint: 'check that {host} is up, that sshd listens on port {port}, and that no firewall blocks it',
  },
  HOST_KEY_UNKNOWN: {
    sentence: '{host} ({address}, port {port}) shows an unknown {keyType} host key: {fingerprint}',
    hint: 'compare it with "ssh-keygen -lf" of the key in /etc/ssh on {host} itself; if both match, accept it with --trust',
    onScreen:
      'compare it with "ssh-keygen -lf" of the key in /etc/ssh on {host} itself; if both match, connect again and accept it',
  },
  HOST_KEY_CHANGED: {
    sentence:
      '{host} ({address}, port {port}) shows the {keyType} host key {shown}, but {known} is known ({file}, line {line})',
    hint: 'another machine may be intercepting the connection; if {host} was reinstalled, remove line {line} of {file} and connect again',
    onScreen:
      'another machine may be intercepting the connection. If {host} was reinstalled, open Sites, try {host}, and replace its host key there',
  },
  HOST_KEY_REVOKED: {
    sentence:
      '{host} ({address}, port {port}) shows the host key {fingerprint}, which is revoked ({file}, line {line})',
    hint: 'do not connect; find out who revoked the key, and give {host} a new host key',
  },
  HOST_KEY_SWITCHED: {
    sentence: 'connection to {host} ended: its host key changed during a rekey, from {accepted} to {shown}',
    hint: 'another machine may have taken over the connection: find out who changed the host key before you run again. Commands on {host} may still be running',
  },
  HOST_IS_ANOTHER: {
    sentence:
      '{host} ({address}, port {port}) is not the machine on which the run started: its {what} was {expected}, now it is {actual}',
    hint: 'correct the address of {host} in the site file. If it is the same machine with a new {what}, resume or roll back with --same-machine {host}',
    onScreen:
      'correct the address of {host} in the site file. If it is the same machine with a new {what}, continue on the command line: see docs/recovery.md',
  },
  HOST_MACHINE_UNKNOWN: {
    sentence:
      '{host} does not say whether it is the machine that the run began with: {command} failed twice ({said})',
    hint: 'run {command} on {host}, and correct what it reports; if {host} is the same machine, resume or roll back with --same-machine {host}',
    onScreen: 'run {command} on {host}, and correct what it reports; then resume the run or roll it back',
  },
  LOGIN_REFUSED: {
    sentence: '{host} does not let {user} log in: {reason}; tried: {methods}',
    hint: 'add the public key to authorized_keys of {user} on {host}, or name another key or user in the site file',
  },
  RIGHTS_REFUSED: {
    sentence: '{host}: sudo does not run {command} without asking: {reason}',
    hint: 'print the sudoers lines for {host} with "check --rights", and add them on {host} with visudo',
    onScreen: 'add the sudoers lines that {host} needs with visudo; docs/rights.md shows how to print them',
  },
  KEY_FILE_MISSING: {
    sentence: '{host}: there is no key file {file}',
    hint: 'name the private key with "key" of {host} in the site file, or create one with ssh-keygen -t ed25519',
  },
  KEY_FILE_UNREADABLE: {
    sentence: '{host}: the key file {file} cannot be used: {reason}',
    hint: 'the file must contain a private key in OpenSSH, PEM or PKCS#8 format, readable for this user',
  },
  KEY_OF_PUTTY: {
    sentence: '{host}: the key file {file} is in a PuTTY format that Shadowtape does not read',
    hint: 'convert it with: puttygen {file} -O private-openssh -o {file}.openssh; then name that file with "key" of {host} in the site file',
  },
  KEY_CIPHER_UNKNOWN: {
    sentence: '{host}: the key file {file} is encrypted with {cipher}, which Shadowtape cannot open',
    hint: 're-encrypt it with: ssh-keygen -p -Z aes256-ctr -f {file}; or load it into an ssh agent with ssh-add {file}',
  },
  KEY_ON_TOKEN: {
    sentence: '{host}: the key file {file} belongs to a security key, which signs through an ssh agent only',
    hint: 'plug the security key in, load it with ssh-add {file}, and start shadowtape with the SSH_AUTH_SOCK of that agent',
  },
  CERTIFICATE_UNUSABLE: {
    sentence: '{host}: the certificate {file} {reason}',
    hint: 'have {file} signed again (ssh-keygen -s), or remove it',
  },
  KEY_PASSPHRASE_WRONG: {
    sentence: '{host}: wrong passphrase for the key file {file}',
    hint: 'try again, or load the key into an ssh agent with ssh-add {file}',
  },
  KEY_PASSPHRASE_MISSING: {
    sentence: '{host}: the key file {file} needs a passphrase, and none was given',
    hint: 'load the key into an ssh agent with ssh-add {file}, or start shadowtape on a terminal',
  },
  AGENT_UNAVAILABLE: {
    sentence: '{host}: the ssh agent at {socket} cannot be used: {reason}',
    hint: 'start an agent (ssh-agent) and check SSH_AUTH_SOCK, or name a key file for {host} in the site file',
  },
  ALGORITHMS_DISJOINT: {
    sentence: '{host} and shadowtape have no {kind} in common',
    hint: 'if {host} is an old server, set "ssh: legacy" for it in the site file',
  },
  CONNECTION_LOST: {
    sentence: 'the connection to {host} was lost: {reason}',
    hint: 'check the network and {host} itself; commands there may still be running',
  },
  COMMAND_NOT_STARTED: {
    sentence: '{host} does not start {command}: {reason}',
    hint: 'check MaxSessions and ForceCommand in sshd_config of {host}, and the login shell of the user',
  },
  LOGIN_SHELL_PRINTS: {
    sentence:
      '{host}: the login shell {shell} of {user} prints {bytes} bytes {where} the output of each command: {text}',
    hint: '{remedy}; then run "shadowtape check" again',
    onScreen: '{remedy}; then check the site again',
  },
  LOGIN_SHELL_CHANGES: {
    sentence: '{host}: the login shell {shell} of {user} changes commands or data: {what}',
    hint: 'a terminal or session recorder may be between sshd and the commands of {user} on {host}. Exempt that user, or name another one under "user" of {host} in the site file',
  },
  LOGIN_SHELL_UNUSABLE: {
    sentence: '{host}: the login of {user} does not run commands: {reason}',
    hint: 'under "user" of {host} in the site file, name a user whose login shell runs commands. ForceCommand in sshd_config and command= in authorized_keys must not apply to that user',
  },
  COMMAND_TIMED_OUT: {
    sentence: '{command} on {host} did not finish within {limit}',
    hint: 'log in to {host} and check what {command} is waiting for. It was sent a signal to stop, but may still be running: check its effect before you run it again. timeLimits in the job gives its step more time',
  },
  COMMAND_OUTPUT_CUT: {
    sentence: '{command} on {host} ended {how}, but its output stayed open and may be incomplete',
    hint: 'run the command on {host} by hand. If it starts something that keeps the output open, such as a login script, redirect that output',
  },
  QUERY_UNANSWERED: {
    sentence: '{host} has not answered {command} for {time}: {reason}',
    hint: 'check the network and {host} itself; the state of its objects is not known until it answers',
  },
  COMMAND_OUTPUT_TOO_LONG: {
    sentence: '{command} on {host} printed more than {limit} bytes',
    hint: 'run the command on {host} by hand and find out why it prints so much',
  },
  COMMAND_CANCELLED: {
    sentence: '{command} on {host} was canceled',
    hint: 'check on {host} that it has stopped before the same device is used again',
  },
  REMOTE_COMMAND_FAILED: {
    sentence: '{command} on {host} ended {how}',
    hint: 'check the output of {command}, and run it on {host} by hand',
  },
  ARGUMENT_FORBIDDEN: {
    sentence: 'cannot build a command line: {reason}',
    hint: 'check the names in the site file for unusual characters',
  },
  SSH_CONFIG_BROKEN: {
    sentence: 'the ssh configuration of {host} cannot be read: {reason}',
    hint: 'correct the file; "ssh -G {alias}" shows how OpenSSH reads it',
  },
  SSH_CONFIG_UNSUPPORTED: {
    sentence: '{host} cannot be reached with this ssh configuration: {reason}',
    hint: '{remedy}',
  },
  KNOWN_HOSTS_UNWRITABLE: {
    sentence: 'the host key of {host} cannot be saved in {file}: {reason}',
    hint: 'make the folder of {file} writable for the user who runs shadowtape',
  },
  // ---- commands ----
  COMMAND_FAILED: {
    sentence: '{host}: {command} {how}',
    hint: 'check its output and the man page of the command',
  },
  COMMAND_NOT_FOUND: {
    sentence: '{host} has no command {name}',
    hint: 'install it, or set PATH for non-interactive shells (on Solaris PATH in /etc/default/login, or ~/.ssh/environment)',
  },
  TOOLS_MISSING: {
    sentence: '{host} has no {tools}, which route server needs',
    hint: 'install it, set PATH for non-interactive shells, set verify.digest: cksum or none in the job, or use route console',
  },
  FILE_SYSTEM_NOT_CLEAN: {
    sentence: '{host}: {device} needs a repair that fsck was not allowed to make: {said}',
    hint: 'the file system was mounted at the part: add umount of its mount point to services.stop of the job, or let fsck repair the shadow with fsck.answerYes: true',
  },
  MOUNT_POINT_TAKEN: {
    sentence: '{host}: {mountPoint} already exists',
    hint: 'remove it, or give the job another mountPoint; the run creates and removes its own',
  },
  // ---- GDS ----
  SDXINFO_UNREADABLE: {
    sentence: 'sdxinfo: line {number} cannot be read: {reason}: "{line}"',
    hint: 'compare it with what the command prints on the host',
  },
  SDXINFO_COLUMN_MISSING: {
    sentence: 'sdxinfo: the {table} table has no column {column}',
    hint: 'the columns shown are {columns}; this release of GDS may print a format that Shadowtape does not know',
  },
  SDXINFO_FAILED: {
    sentence: 'sdxinfo reports an error: {text}',
    hint: 'look up the message in the GDS manual and in /var/opt/FJSVsdx/msglog/sdxservd.log on the host',
  },
  SDXINFO_FAILED_ON: {
    sentence: '{host}: sdxinfo failed: {text}',
    hint: 'look up the message in the GDS manual and in /var/opt/FJSVsdx/msglog/sdxservd.log on {host}',
  },
  SDXINFO_FAILED_ON_BACKUP: {
    sentence: '{host}: sdxinfo failed: {text}',
    hint: 'if this line means "no GDS object" on {host}, copy it to gds.noObjectsMessage of the site file. Otherwise check /var/opt/FJSVsdx/msglog/sdxservd.log on {host}',
  },
  SDXINFO_INCOMPLETE: {
    sentence: 'the output of sdxinfo is incomplete: {reason}',
    hint: 'run sdxinfo on the host by hand; if it prints all rows, run again',
  },
  SDXINFO_CONTRADICTS: {
    sentence: 'sdxinfo shows {object} with {column} {first} and with {column} {second}',
    hint: 'the state changed between two queries: run the command again',
  },
  SDXINFO_MISSING: {
    sentence: '{host} has no command sdxinfo',
    hint: 'install GDS there, or set PATH for non-interactive shells; the backup server needs GDS and GDS Snapshot',
  },
  SDX_ERROR_PRINTED: {
    sentence: '{host}: {command} ended with exit status 0, but printed an error: {printed}',
    hint: 'look up the message in the GDS manual',
  },
  VOLUME_MISSING: {
    sentence: '{host} shows no volume {volume} in {class}',
    hint: 'compare the names in the site file with what sdxinfo -V shows on {host}',
  },
  VOLUME_SIZE_UNKNOWN: {
    sentence: '{host} does not show the number of blocks of {volume}',
    hint: 'check BLOCKS of {volume} with sdxinfo -V on {host}; the shadow must have the same size',
  },
  FINGERPRINT_SHORT: {
    sentence: '{host} returned {actual} bytes of record {record} of {device}, which has {expected}',
    hint: 'the volume is smaller than sdxinfo shows, or it is another volume; check both sides with sdxinfo -V',
  },
  // ---- nodes of the cluster ----
  HOST_NO_ANSWER_YET: {
    sentence: 'no login on {host} within {seconds} seconds',
    hint: 'Shadowtape keeps trying and shows the host when the login succeeds. If a login question is open, answer it',
  },
  NO_NODE_ANSWERS: {
    sentence: 'no primary node answers: {nodes}; {reason}',
    hint: 'a run needs at least one of them: check that one is up and that its sshd is running',
  },
  NODE_NOT_DOWN: {
    sentence: '{node} answers, so it is not down',
    hint: 'leave out --node-down {node}: the run then uses {node} like any other node',
  },
  NODE_CAME_BACK: {
    sentence: 'step {step}: {node} answers again, and its services were not stopped',
    hint: 'start the run again: it then stops the services of {node}, too',
  },
  NODE_NOT_KNOWN_DOWN: {
    sentence:
      'step {step}: {node} has not answered since {since}, it is not known whether it is down, and {why}',
    hint: 'check the machine itself. If {node} is halted or powered off, run with --node-down {node}, or on a terminal without --yes. If it is running, repair its connection first',
    onScreen:
      'check the machine itself. If {node} is halted or powered off, resume the run, and confirm it when the run asks. If it is running, repair its connection first',
  },
  NODE_GDS_NOT_ANSWERING: {
    sentence: 'step {step}: GDS does not answer on {node} ({reason}), and {why}',
    hint: 'start GDS on {node} again; see /var/opt/FJSVsdx/msglog/sdxservd.log there. Or halt {node}, and run with --node-down {node}',
    onScreen:
      'start GDS on {node} again; see /var/opt/FJSVsdx/msglog/sdxservd.log there. Or halt {node}, resume the run, and confirm it when the run asks',
  },
  // ---- detached work on the backup server ----
  WORK_FOLDER_THERE: {
    sentence: '{host} already has the folder {folder}',
    hint: 'it holds work of this run: resume the run. If there is no such run, remove the folder on {host}',
  },
  DETACHED_NOT_STARTED: {
    sentence: '{host} could not start the work in {folder}: {reason}',
    hint: '{host} needs space in /var/tmp, and the commands mkfifo, printf and nohup',
  },
  DETACHED_GONE: {
    sentence: '{host} no longer has the folder {folder}: the state of the work in it is not known',
    hint: 'somebody removed it; check with ps on {host} whether the command is still running, then dump again',
  },
  DETACHED_DIED: {
    sentence: '{host}: the work in {folder} died, and its exit status was not recorded{said}',
    hint: '{host} was rebooted, or its processes were killed; the tape is incomplete: dump again',
  },
  DETACHED_PROCESS_FAILED: {
    sentence: '{host}: {process} ended with {how}',
    hint: 'do not trust this tape: find the cause in the output of {process}, then dump again',
  },
  DETACHED_LOOK_UNREADABLE: {
    sentence: '{host}: the state of the work in {folder} cannot be read: {reason}',
    hint: 'log in to {host} and check the folder; the login shell must not print anything',
  },
  DETACHED_DIGEST_UNREADABLE: {
    sentence: '{host}: {command} printed "{said}", which is not a digest',
    hint: 'run the command on {host} by hand; without a digest the tape counts as incomplete',
  },
  DETACHED_COUNTS_DIFFER: {
    sentence: '{host}: the reading dd counted {actual}, but {expected} arrived from it',
    hint: 'the device returned short reads, or bytes were lost on {host}; do not trust this tape: dump again',
  },
  DETACHED_NOT_STOPPED: {
    sentence: '{host}: cannot stop {processes}',
    hint: 'a process that waits for a drive ends when the drive answers. Do not touch the tape or the shadow volume until ps on {host} no longer shows it',
  },
} as const;
