/** What a host answered, or did not answer. Part of the error table (error-table.ts). */
export const hostErrors = {
  // ---- logins and connections ----
  HOST_UNDECLARED: {
    sentence: 'there is no host "{host}"',
    hint: 'hosts that are declared: {hosts}',
  },
  HOST_NAME_UNKNOWN: {
    sentence: '{host}: no address is known for the name {address}',
    hint: 'check the address of {host} in the site file, HostName in ~/.ssh/config, and the name service of this machine',
  },
  HOST_UNREACHABLE: {
    sentence: '{host} ({address}, port {port}) cannot be reached: {reason}',
    hint: 'check that {host} is up, that sshd listens on port {port}, and that no firewall blocks it',
  },
  HOST_KEY_UNKNOWN: {
    sentence: '{host} ({address}, port {port}) shows an unknown {keyType} host key: {fingerprint}',
    hint: 'compare it with "ssh-keygen -lf" of the key in /etc/ssh on {host} itself; when both agree, accept it with --trust',
  },
  HOST_KEY_CHANGED: {
    sentence:
      '{host} ({address}, port {port}) shows the {keyType} host key {shown}, but {known} is known ({file}, line {line})',
    hint: 'another machine may be in between; when {host} was installed anew, remove line {line} of {file} and connect again',
  },
  HOST_KEY_REVOKED: {
    sentence:
      '{host} ({address}, port {port}) shows the host key {fingerprint}, which is revoked ({file}, line {line})',
    hint: 'do not connect; find out who revoked the key, and give {host} a new host key',
  },
  HOST_KEY_SWITCHED: {
    sentence:
      'the connection to {host} was ended: its host key changed during a rekey, from {accepted} to {shown}',
    hint: 'another machine may have taken over the connection: find out who changed the host key before you run again; what was running on {host} may still run',
  },
  HOST_IS_ANOTHER: {
    sentence:
      '{host} ({address}, port {port}) is not the machine that the run began with: its {what} was {expected}, and is {actual}',
    hint: 'correct the address of {host} in the site file, so that it names that machine again; where it is the same machine with a new {what}, resume or roll back with --same-machine {host}',
  },
  HOST_MACHINE_UNKNOWN: {
    sentence:
      '{host} does not say whether it is the machine that the run began with: {command} failed twice ({said})',
    hint: 'run {command} on {host}, and correct what it reports; where {host} is the same machine, resume or roll back with --same-machine {host}',
  },
  LOGIN_REFUSED: {
    sentence: '{host} does not let {user} log in: {reason}; tried: {methods}',
    hint: 'add the public key to authorized_keys of {user} on {host}, or name another key file or user in the site file',
  },
  KEY_FILE_MISSING: {
    sentence: '{host}: there is no key file {file}',
    hint: 'name the private key with "key" of {host} in the site file, or make one with ssh-keygen -t ed25519',
  },
  KEY_FILE_UNREADABLE: {
    sentence: '{host}: the key file {file} cannot be used: {reason}',
    hint: 'the file must hold a private key in OpenSSH, PEM or PKCS#8 form, and this user must be allowed to read it',
  },
  KEY_OF_PUTTY: {
    sentence: '{host}: the key file {file} is in a PuTTY format that Shadowtape does not read',
    hint: 'convert it with: puttygen {file} -O private-openssh -o {file}.openssh; and name that file with "key" of {host} in the site file',
  },
  KEY_CIPHER_UNKNOWN: {
    sentence: '{host}: the key file {file} is encrypted with {cipher}, which Shadowtape cannot open',
    hint: 'encrypt it anew with: ssh-keygen -p -Z aes256-ctr -f {file}; or load it into an ssh agent with ssh-add {file}',
  },
  KEY_ON_TOKEN: {
    sentence: '{host}: the key file {file} belongs to a security key, which signs through an ssh agent only',
    hint: 'plug the security key in, load it with ssh-add {file}, and start shadowtape with the SSH_AUTH_SOCK of that agent',
  },
  CERTIFICATE_UNUSABLE: {
    sentence: '{host}: the certificate {file} {reason}',
    hint: 'have {file} signed anew (ssh-keygen -s), or remove it',
  },
  KEY_PASSPHRASE_WRONG: {
    sentence: '{host}: the passphrase does not open the key file {file}',
    hint: 'try again, or load the key into an ssh agent with ssh-add {file}',
  },
  KEY_PASSPHRASE_MISSING: {
    sentence: '{host}: the key file {file} needs a passphrase, and none was given',
    hint: 'load the key into an ssh agent with ssh-add {file}, or start shadowtape where it can ask',
  },
  AGENT_UNAVAILABLE: {
    sentence: '{host}: the ssh agent at {socket} cannot be used: {reason}',
    hint: 'start an agent (ssh-agent) and check SSH_AUTH_SOCK, or name a key file for {host} in the site file',
  },
  ALGORITHMS_DISJOINT: {
    sentence: '{host} and shadowtape have no {kind} in common',
    hint: 'an old server needs "ssh: legacy" for {host} in the site file',
  },
  CONNECTION_LOST: {
    sentence: 'the connection to {host} was lost: {reason}',
    hint: 'check the network and {host} itself; what was running there may still run',
  },
  COMMAND_NOT_STARTED: {
    sentence: '{host} does not start {command}: {reason}',
    hint: 'check MaxSessions and ForceCommand in sshd_config of {host}, and the login shell of the user',
  },
  LOGIN_SHELL_PRINTS: {
    sentence:
      '{host}: the login shell {shell} of {user} prints {bytes} bytes {where} the output of each command: {text}',
    hint: '{remedy}; then run "shadowtape check" again',
  },
  LOGIN_SHELL_CHANGES: {
    sentence: '{host}: the login shell {shell} of {user} changes commands or data: {what}',
    hint: 'no terminal and no session recorder may be between sshd and the commands of {user} on {host}; exempt that user, or name another one under "user" of {host} in the site file',
  },
  LOGIN_SHELL_UNUSABLE: {
    sentence: '{host}: the login of {user} does not run the commands that it is sent: {reason}',
    hint: 'name a user under "user" of {host} in the site file whose login shell runs commands, and to whom no ForceCommand of sshd_config and no command= of authorized_keys applies',
  },
  COMMAND_TIMED_OUT: {
    sentence: '{command} on {host} did not end within {limit}',
    hint: 'log in to {host} and see what {command} waits for. It was sent a signal to stop, but may still run: check its effect before you send it again. timeLimits in the job gives its step more time',
  },
  COMMAND_OUTPUT_CUT: {
    sentence:
      '{command} on {host} ended {how}, but its output did not end: what it printed may be incomplete',
    hint: 'run the command on {host} by hand; where something that it starts keeps the output open, for example a login script, redirect the output of that',
  },
  QUERY_UNANSWERED: {
    sentence: '{host} has not answered {command} for {time}: {reason}',
    hint: 'check the network and {host} itself; the state of its objects is not known until it answers',
  },
  COMMAND_OUTPUT_TOO_LONG: {
    sentence: '{command} on {host} printed more than {limit} bytes',
    hint: 'run the command on {host} by hand and see why it prints so much',
  },
  COMMAND_CANCELLED: {
    sentence: '{command} on {host} was cancelled',
    hint: 'check on {host} that it has stopped before the same device is used again',
  },
  REMOTE_COMMAND_FAILED: {
    sentence: '{command} on {host} ended {how}',
    hint: 'see what {command} printed, and run it on {host} by hand',
  },
  ARGUMENT_FORBIDDEN: {
    sentence: 'a command line cannot be made: {reason}',
    hint: 'look for an odd character in the names of the site file',
  },
  SSH_CONFIG_BROKEN: {
    sentence: 'the ssh configuration of {host} cannot be read: {reason}',
    hint: 'correct the file; "ssh -G {alias}" shows how OpenSSH reads it',
  },
  SSH_CONFIG_UNSUPPORTED: {
    sentence: '{host} cannot be reached as the ssh configuration says: {reason}',
    hint: '{remedy}',
  },
  KNOWN_HOSTS_UNWRITABLE: {
    sentence: 'the host key of {host} cannot be kept in {file}: {reason}',
    hint: 'make the folder of {file} writable for the user who runs shadowtape',
  },
  // ---- commands ----
  COMMAND_FAILED: {
    sentence: '{host}: {command} {how}',
    hint: 'see what it printed, and the man page of the command',
  },
  COMMAND_NOT_FOUND: {
    sentence: '{host} has no command {name}',
    hint: 'install it, or set PATH for shells that are not interactive (on Solaris PATH in /etc/default/login, or ~/.ssh/environment)',
  },
  TOOLS_MISSING: {
    sentence: '{host} has no {tools}, which route server needs',
    hint: 'install it, set PATH for shells that are not interactive, say verify.digest: cksum or none in the job, or take route console',
  },
  FILE_SYSTEM_NOT_CLEAN: {
    sentence: '{host}: fsck would have to repair {device}, and was not allowed to: {said}',
    hint: 'it was not unmounted at the part: name umount in services.stop of the job, or let fsck repair the copy with fsck.answerYes: true',
  },
  MOUNT_POINT_TAKEN: {
    sentence: '{host}: {mountPoint} already exists',
    hint: 'remove it, or give the job another mountPoint; the run makes and removes its own',
  },
  // ---- GDS ----
  SDXINFO_UNREADABLE: {
    sentence: 'sdxinfo: line {number} cannot be read: {reason}: "{line}"',
    hint: 'nothing is guessed from such output; compare it with what the command prints on the host',
  },
  SDXINFO_COLUMN_MISSING: {
    sentence: 'sdxinfo: the {table} table has no column {column}',
    hint: 'the columns shown are {columns}; this release of GDS may print another form, which is not known here',
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
    hint: 'where {host} has no GDS object and these are its words for it, put the whole line into gds.noObjectsMessage of the site file; otherwise look in /var/opt/FJSVsdx/msglog/sdxservd.log on {host}',
  },
  SDXINFO_INCOMPLETE: {
    sentence: 'the output of sdxinfo is incomplete: {reason}',
    hint: 'run sdxinfo on the host by hand; where it prints all of its rows, run again',
  },
  SDXINFO_CONTRADICTS: {
    sentence: 'sdxinfo shows {object} with {column} {first} and with {column} {second}',
    hint: 'the state changed between two queries: run the command again',
  },
  SDXINFO_MISSING: {
    sentence: '{host} has no command sdxinfo',
    hint: 'install GDS there, or set PATH for shells that are not interactive; the backup server needs GDS and GDS Snapshot',
  },
  SDX_ERROR_PRINTED: {
    sentence: '{host}: {command} ended with exit status 0, but printed an error: {printed}',
    hint: 'look the message up in the GDS manual; what GDS calls an error is taken as one',
  },
  VOLUME_MISSING: {
    sentence: '{host} shows no volume {volume} in {class}',
    hint: 'compare the names in the site file with what sdxinfo -V shows on {host}',
  },
  VOLUME_SIZE_UNKNOWN: {
    sentence: '{host} does not show how many blocks {volume} has',
    hint: 'look at BLOCKS of {volume} with sdxinfo -V on {host}; the shadow must be exactly as long',
  },
  FINGERPRINT_SHORT: {
    sentence: '{host} gave {actual} bytes of record {record} of {device}, which has {expected}',
    hint: 'the volume is smaller than sdxinfo says, or it is not the volume; look at both with sdxinfo -V',
  },
  // ---- nodes of the cluster ----
  HOST_NO_ANSWER_YET: {
    sentence: '{host} has not let anybody log in within {seconds} seconds',
    hint: 'it is still being tried, and shown as soon as it does; answer the question of its login where there is one',
  },
  NO_NODE_ANSWERS: {
    sentence: 'no primary node answers: {nodes}; {reason}',
    hint: 'a run needs at least one of them: check that one is up, and that sshd listens on it',
  },
  NODE_NOT_DOWN: {
    sentence: '{node} answers, so it is not down',
    hint: 'leave out --node-down {node}: the run then uses {node} as any other node',
  },
  NODE_CAME_BACK: {
    sentence: 'step {step}: {node} answers again, and its services were not stopped',
    hint: 'start the run again: it then stops the services of {node}, too',
  },
  NODE_NOT_KNOWN_DOWN: {
    sentence:
      'step {step}: {node} has not answered since {since}, it is not known whether it is down, and {why}',
    hint: 'find out on the machine itself. If {node} is halted or switched off, run with --node-down {node}, or on a terminal without --yes; if it runs, repair the way to it first',
  },
  // ---- detached work on the backup server ----
  WORK_FOLDER_THERE: {
    sentence: '{host} already has the folder {folder}',
    hint: 'the work of this run still runs there, or has ended there: resume the run; if there is no such run, remove the folder on {host}',
  },
  DETACHED_NOT_STARTED: {
    sentence: '{host} could not start the work in {folder}: {reason}',
    hint: 'on {host} there must be room in /var/tmp, and the commands mkfifo, printf and nohup',
  },
  DETACHED_GONE: {
    sentence: '{host} no longer has the folder {folder}, so nothing is known of the work in it',
    hint: 'somebody removed it; look with ps on {host} whether the command still runs, then dump again',
  },
  DETACHED_DIED: {
    sentence: '{host}: the work in {folder} is gone, and how it ended was not recorded{said}',
    hint: '{host} was rebooted, or its processes were killed; what the tape holds is not complete: dump again',
  },
  DETACHED_PROCESS_FAILED: {
    sentence: '{host}: {process} ended with {how}',
    hint: 'nothing on this tape can be trusted: find the cause in what {process} printed, then dump again',
  },
  DETACHED_LOOK_UNREADABLE: {
    sentence: '{host}: what it shows of the work in {folder} cannot be read: {reason}',
    hint: 'nothing is guessed; log in to {host} and look at the folder; the login shell must not print anything of its own',
  },
  DETACHED_DIGEST_UNREADABLE: {
    sentence: '{host}: {command} printed "{said}", which is no digest',
    hint: 'run the command on {host} by hand; without a digest the tape is not taken as complete',
  },
  DETACHED_COUNTS_DIFFER: {
    sentence: '{host}: the reading dd counted {actual}, but the bytes that came from it are {expected}',
    hint: 'the device gave short reads, or bytes were lost on {host}; do not trust this tape: dump again',
  },
  DETACHED_NOT_STOPPED: {
    sentence: '{host}: {processes} cannot be ended',
    hint: 'a process that waits for a drive ends when the drive answers; do not touch the tape or the shadow volume before ps on {host} no longer shows it',
  },
} as const;
