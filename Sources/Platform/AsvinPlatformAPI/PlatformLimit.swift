/// The lengths, counts and times of the platform that outside data can reach. `Limit` has those of manifests and bundles.
package enum PlatformLimit {
  // Messages

  /// The largest id and size: every JSON reader keeps integers up to 2⁵³ − 1 exactly.
  package static let largestID: Int64 = 9_007_199_254_740_991
  /// Levels of arrays and objects in a request. The messages of the platform have at most five.
  package static let nesting = 8
  /// Bytes of a request's body, except for uploads.
  package static let bodyBytes = 16_384
  /// Bytes of a reply that a client reads into memory.
  package static let replyBytes = 1 << 24
  /// Items of a page.
  package static let pageItems: Int64 = 1000

  // Devices

  /// Tags of a device.
  package static let tags = 32
  /// Facts that a device reports about itself.
  package static let attributes = 32
  /// Devices that one request changes.
  package static let bulkDevices = 20_000
  /// Devices that one write of such a request changes.
  package static let bulkWriteDevices = 100
  /// Rules that place new devices.
  package static let placementRules = 64
  /// Characters of the log that a device reports with a failure.
  package static let logCharacters = 2048

  // Uploads

  /// Bytes of a bundle: an image of 4 GiB and its surroundings.
  package static let bundleBytes: UInt64 = 1 << 32 + 1 << 26
  /// Open uploads of a workspace.
  package static let openUploads = 64
  /// Bytes of an image whose chip is determined. No board of asvin's clients has more flash.
  package static let describedImageBytes: UInt64 = 1 << 24

  // Rollouts

  /// Waves of a rollout.
  package static let waves = 32
  /// Attempts of a device after a failure.
  package static let retries = 100
  /// Seconds of each time of a rollout: a year.
  package static let rolloutSeconds: Int64 = 31_622_400
  /// Seconds of the shortest time-out of a rollout, and of the shortest deadline.
  package static let shortestWait: Int64 = 60
  package static let shortestDeadline: Int64 = 3600
  /// Seconds for which a device may postpone an update at a time.
  package static let postponedSeconds: Int64 = 604_800
  /// Bytes a second to which a rollout can be limited.
  package static let rolloutBytesPerSecond: Int64 = 1 << 40
  /// Seconds of unused bytes that a rollout may use later.
  package static let burstSeconds: Int64 = 60
  /// Devices of a rollout that become stalled in one transaction.
  package static let stalledAtOnce = 500
  /// Devices that are chosen for another attempt in one request.
  package static let chosenDevices = 1000
  /// Seconds by which one step of the scheduler advances the time of a rollout at most. A process that was suspended does
  /// not make devices time out.
  package static let stepSeconds: Int64 = 60
  /// Bytes of a rollout's name. asvin's clients read the reply into a kilobyte.
  package static let rolloutNameBytes = 256

  // Logins

  /// Bytes of a device token: the buffer of an ESP8266.
  package static let tokenBytes = 977
  /// Seconds for which a device token is valid.
  package static let tokenSeconds: Int64 = 600
  /// Seconds after which a device may replace its key again.
  package static let keyChangeSeconds: Int64 = 3600
  /// Seconds since its end after which an enrolment token is removed.
  package static let endedTokenSeconds: Int64 = 2_592_000
  /// Keys that a file group trusts.
  package static let trustedKeys = 16
  /// Devices that a workspace expects.
  package static let expectedDevices = 1_000_000
  /// Devices that one request adds to those that a workspace expects.
  package static let expectedAtOnce = 64
  /// Seconds for which a nonce is valid.
  package static let challengeSeconds: Int64 = 120
  /// Unused nonces that are kept. Beyond that number, the oldest become invalid.
  package static let challenges = 100_000
  /// Bytes of the name in the proof of a request.
  package static let proofNameBytes = 128
  /// Seconds by which the clock of an asvin client may be wrong.
  package static let clockError: Int64 = 300
  /// Bytes of an e-mail address (RFC 5321 §4.5.3.1.3).
  package static let emailBytes = 254
  /// Bytes of a password in a login.
  package static let passwordBytes = 1024

  // Users

  /// Users of a workspace.
  package static let users = 500
  /// Sessions of a user. Beyond that number, the oldest one ends.
  package static let sessions = 16
  /// Seconds after which a session ends.
  package static let sessionSeconds: Int64 = 604_800
  /// Seconds without a use after which a session ends.
  package static let sessionIdleSeconds: Int64 = 43_200
  /// Seconds since the last use of a session for which another use is not written.
  package static let sessionUseSeconds: Int64 = 300
  /// Seconds for which the link of an invitation is valid.
  package static let invitationSeconds: Int64 = 259_200
  /// Bytes of a browser's name of itself that are kept.
  package static let agentBytes = 200
  /// Bytes of a form.
  package static let formBytes = 65_536

  // Requests a minute

  /// Requests from one address before it has proved an identity. Thousands of gateways may share one address.
  package static let anonymousPerMinute = 60_000
  /// Wrong passwords from one address for one account.
  package static let wrongPasswordsPerMinute = 10
  /// Wrong passwords for one account from all addresses, or from one address for all accounts.
  package static let allWrongPasswordsPerMinute = 60
  /// Lists of all devices for one address. A list takes time in proportion to the number of devices.
  package static let deviceListsPerMinute = 60

  // Pace

  /// Seconds between the polls of a device, by default.
  package static let pollInterval = 60
  /// Seconds between polls that an operator or load can cause.
  package static let pollSeconds = 10...3600
  /// Seconds that a read or write may wait before polls are refused.
  package static let pollDelay = 1.0
  /// Seconds that a read or write may wait before reports and downloads of devices are refused. They bring an update to its
  /// end, so that refusing them early would add load.
  package static let progressDelay = 4.0

  // Memory

  /// Names that the rate limiter counts: about 64 MB, and more than the server can answer in a minute.
  package static let countedNames = 2_000_000
  /// Verified device tokens that are remembered.
  package static let rememberedTokens = 20_000
  /// Accounts whose verified password is remembered.
  package static let rememberedAccounts = 10_000
  /// Digests of all cached sealed streams: 32 MiB.
  package static let sealedLinks: UInt64 = 1 << 20
  /// Polls that wait for the next snapshot.
  package static let waitingPolls = 4096
  /// Writes that wait for the next commit.
  package static let waitingWrites = 8192

  // The audit log

  /// Bytes of a receipt or a signed head.
  package static let statementBytes = 16_384
  /// Entries about devices that one kind of action adds in a period. Further ones are counted, and one entry states their
  /// number.
  package static let deviceEntries = 100
  /// Seconds of that period.
  package static let deviceEntrySeconds: Int64 = 3600
  /// Entries that one write removes because of their age.
  package static let prunedEntries = 1000

  // Events

  /// Bytes of the address of a webhook.
  package static let webhookAddressBytes = 2048
  /// Webhooks of a workspace.
  package static let webhooks = 16
  /// Deliveries at once, of all workspaces.
  package static let deliveries = 8
  /// Seconds of one delivery, from the connection to the status.
  package static let deliverySeconds: Int64 = 10
  /// Seconds of failures after which delivery ends.
  package static let webhookSeconds: Int64 = 86_400
  /// Waiting events that are counted.
  package static let waitingEvents = 1000
  /// Seconds after the start of a rollout when devices that have not completed it are reported.
  package static let behindSeconds: Int64 = 604_800

  // Times

  /// Seconds between the writes of the last contacts of all devices.
  package static let contactSeconds: Int64 = 14_400
  /// Seconds after such a write in which a list that asks for contacts causes no other one.
  package static let contactListSeconds: Int64 = 60
  /// Contacts that one transaction writes.
  package static let contactsAtOnce = 20_000
  /// Seconds since the last use of an operator's token for which another use is not written.
  package static let useSeconds: Int64 = 3600
  /// Seconds until bytes without an upload are removed. The upload may be about to be created.
  package static let orphanSeconds: Int64 = 3600
}
