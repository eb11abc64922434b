/**
 * The service's API, as pages call it: rendered from its OpenAPI document, held by
 * shared/api.test.ts (UPDATE=1).
 */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly fields?: readonly ({
    readonly path: string
    readonly found: string
    readonly message: string
  })[]
  readonly reason?: string
  readonly seen?: {
    readonly zh: string
    readonly en: string
  }
  readonly expected?: {
    readonly zh: string
    readonly en: string
  }
  readonly fits?: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
  readonly next?: {
    readonly zh: string
    readonly en: string
  }
}
export type Ed25519PublicKey = {
  readonly kty: "OKP"
  readonly crv: "Ed25519"
  readonly x: string
}
export type Approval = {
  readonly id: string
  readonly state: "waiting" | "approved" | "declined" | "expired"
  readonly askedBy: string
  readonly askedAt: string
  readonly expiresAt: string
  readonly reason: string
  readonly replaces: string | null
  readonly person: {
    readonly maskedName: string
    readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
  }
  readonly decidedBy: string | null
  readonly decidedAt: string | null
  readonly certificate: string | null
}
export type Appeal = {
  readonly id: string
  readonly state: "open" | "taken" | "resolved"
  readonly application: string
  readonly madeAt: string
  readonly person: {
    readonly maskedName: string
    readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
  }
  readonly takenBy: string | null
  readonly takenAt: string | null
  readonly outcome: "upheld" | "rejected" | null
  readonly resolvedAt: string | null
}
export type Challenge = {
  readonly challenge: string
  readonly prompts: readonly ("ahead" | "left" | "right")[]
  readonly pictures: readonly (number)[]
  readonly expiresAt: string
}
export type Issued = {
  readonly certificate: {
    readonly id: string
    readonly validFrom: string
    readonly validUntil: string
  }
  readonly pass: string
  readonly passExpiresAt: string
}
export type Capture = {
  readonly challenge: string
  readonly frames: readonly ({
    readonly prompt: number
    readonly picture: string
  })[]
  readonly holderKey: P256PublicKey
}
export type P256PublicKey = {
  readonly kty: "EC"
  readonly crv: "P-256"
  readonly x: string
  readonly y: string
}
export type Ticket = {
  readonly id: string
  readonly train: string
  readonly from: string
  readonly to: string
  readonly day: string
  readonly departsAt: string
  readonly arrivesAt: string
  readonly seatClass: string | null
  readonly price: number | null
  readonly state: "sold" | "refunded" | "changed"
  readonly replaces: string | null
  readonly soldAt: string
  readonly endedAt: string | null
}

export interface Api {
  'GET /v1/trust/manifest': {
    answer: undefined
  }
  'GET /v1/trust/document/{version}': {
    params: { version: string }
    answer: undefined
  }
  'GET /v1/trust/list/{sha256}': {
    params: { sha256: string }
    answer: undefined
  }
  'GET /v1/trust/events': {
    answer: undefined
  }
  'GET /healthz': {
    answer: {
      readonly ok: true
    }
  }
  'GET /readyz': {
    answer: {
      readonly ok: true
      readonly manifestVersion: number
    }
  }
  'GET /v1/time': {
    answer: {
      readonly now: number
    }
  }
  'POST /v1/gates/time': {
    body: {
      readonly nonce: string
    }
    answer: undefined
  }
  'POST /v1/trust/denied-kids': {
    body: {
      readonly kid: string
      readonly reason: string
    }
    answer: {
      readonly manifestVersion: number | null
    }
  }
  'POST /v1/gates/enrol': {
    body: {
      readonly code: string
      readonly publicKey: Ed25519PublicKey
      readonly name: string
      readonly station?: string
    }
    answer: {
      readonly gate: string
      readonly station: string
    }
  }
  'GET /v1/gates/{id}/station': {
    params: { id: string }
    query: { asOf?: string }
    answer: undefined
  }
  'GET /v1/gates/{id}/boarding/{sha256}': {
    params: { id: string; sha256: string }
    answer: undefined
  }
  'POST /v1/gates/{id}/events': {
    params: { id: string }
    body: {
      readonly epoch: string
      readonly previousHash: string | null
      readonly gap?: {
        readonly from: number
        readonly why: "dropped" | "refused"
      }
      readonly rows: readonly ({
        readonly epoch: string
        readonly seq: number
        readonly at: number
        readonly clock: "TRUSTED" | "UNCERTAIN"
        readonly lane: string
        readonly kind: "boot" | "stop" | "scan" | "grant" | "passage" | "annulled" | "alarm" | "mode" | "trust" | "clock" | "login" | "config" | "test" | "command"
        readonly bodyHash: string
        readonly body: string | null
        readonly hash: string
      })[]
    }
    answer: {
      readonly next: number
    }
  }
  'PUT /v1/fleet/gates/{id}/config': {
    params: { id: string }
    body: {
      readonly base: number
      readonly config: {
        readonly "$schema"?: unknown
        readonly gate?: unknown
        readonly station?: unknown
        readonly data?: unknown
        readonly service?: {
          readonly url?: unknown
          readonly pollMs?: number
          readonly timeoutMs?: number
        }
        readonly trust?: {
          readonly factory?: unknown
          readonly environment?: unknown
          readonly staleAfterMs?: number
          readonly degradedAfterMs?: number
          readonly unprovenMs?: number
          readonly overdueMs?: number
          readonly staffMs?: number
          readonly acceptOlder?: unknown
        }
        readonly metrics?: {
          readonly port: number
        }
        readonly bus?: unknown
        readonly console?: unknown
        readonly journal?: {
          readonly keepMs?: number
        }
        readonly lanes: readonly ({
          readonly name: string
          readonly direction: "entry" | "exit" | "both"
          readonly area?: string
          readonly within?: string
          readonly board: {
            readonly port: string
            readonly profile?: "tripod" | "flap"
            readonly pins?: {
              readonly entry?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly exit?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly alarm?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly arrow?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly cross?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly amber?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly buzzer?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamA?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamB?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamC?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamD?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamE?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamF?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly beamLow?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly passA?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly passB?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly fire?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly stop?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly tamper?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly release?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
              readonly relayFeedback?: number | {
                readonly pin: number
                readonly wiring?: "opens" | "closes"
                readonly active?: "high" | "low"
              } | null | null
            }
            readonly deadman?: {
              readonly ms: number
            } | "external"
          }
          readonly readers?: readonly ({
            readonly kind: "serial"
            readonly direction?: "entry" | "exit"
            readonly port: string
            readonly baudRate?: 9600 | 19200 | 38400 | 57600 | 115200
            readonly profile?: "plain" | "gm65"
            readonly suffix?: "learn" | "required" | "none" | "TAB" | "EOT" | "ETX" | "GS" | "NUL"
            readonly prefix?: string
            readonly pauseMs?: number
          } | {
            readonly kind: "hid"
            readonly direction?: "entry" | "exit"
            readonly device?: string
            readonly path?: string
            readonly profile?: "auto" | "pos" | "wedge"
            readonly layout?: "us" | "uk" | "de" | "fr"
            readonly pauseMs?: number
          } | {
            readonly kind: "camera"
            readonly direction?: "entry" | "exit"
            readonly source: {
              readonly type: "ffmpeg"
              readonly input: string
              readonly format?: "v4l2" | "rtsp" | "mjpeg" | "mpjpeg" | "h264" | "hevc" | "mpegts"
              readonly width: number
              readonly height: number
              readonly fps?: number
            } | {
              readonly type: "rpicam"
              readonly width: number
              readonly height: number
              readonly fps?: number
            } | {
              readonly type: "mjpeg"
              readonly url: string
            } | {
              readonly type: "folder"
              readonly path: string
            }
            readonly engine?: "auto" | "zxing" | "jsqr"
          })[]
          readonly scanner?: {
            readonly port: string
            readonly baudRate?: 9600 | 19200 | 38400 | 57600 | 115200
            readonly profile?: "plain" | "gm65"
            readonly suffix?: "learn" | "required" | "none" | "TAB" | "EOT" | "ETX" | "GS" | "NUL"
            readonly prefix?: string
            readonly pauseMs?: number
          }
          readonly exitScanner?: {
            readonly port: string
            readonly baudRate?: 9600 | 19200 | 38400 | 57600 | 115200
            readonly profile?: "plain" | "gm65"
            readonly suffix?: "learn" | "required" | "none" | "TAB" | "EOT" | "ETX" | "GS" | "NUL"
            readonly prefix?: string
            readonly pauseMs?: number
          }
          readonly modes?: {
            readonly entry?: "controlled" | "free" | "closed"
            readonly exit?: "controlled" | "free" | "closed"
            readonly maintenance?: boolean
            readonly emergency?: boolean
            readonly fareFree?: boolean
            readonly timeFree?: boolean
            readonly orderFree?: boolean
            readonly trustDegraded?: boolean
          }
          readonly timing?: {
            readonly profile?: "standard" | "wide"
            readonly waitMs?: number
            readonly drive?: "hold" | "pulse"
            readonly pulseMs?: number
            readonly passageMs?: number
            readonly closeMs?: number
            readonly stuckMs?: number
            readonly refuseMs?: number
          }
          readonly policy?: {
            readonly takesPaper?: boolean
            readonly paperListMs?: number
            readonly passback?: "hard" | "soft" | "off"
            readonly ticket?: "off" | "soft" | "hard"
            readonly passbackMs?: number
            readonly tailgate?: "alarm" | "hold"
            readonly queue?: "wait" | "refuse"
            readonly staleExit?: "staff" | "refuse" | "flag"
          }
        })[]
      }
      readonly reason: string
      readonly confirmMinutes?: number
    }
    answer: {
      readonly revision: number
    }
  }
  'GET /v1/fleet/gates/{id}/config': {
    params: { id: string }
    query: { revision?: string }
    answer: {
      readonly revision: number
      readonly config: Readonly<Record<string, unknown>> | null
      readonly runs: number | null
      readonly rows: readonly ({
        readonly revision: number
        readonly at: string
        readonly by: string
        readonly name: string | null
        readonly reason: string
        readonly confirmMinutes: number
        readonly sha256: string
      })[]
    }
  }
  'GET /v1/gates/{id}/config/{sha256}': {
    params: { id: string; sha256: string }
    answer: undefined
  }
  'POST /v1/gates/{id}/health': {
    params: { id: string }
    body: {
      readonly at: number
      readonly clock: "TRUSTED" | "UNCERTAIN"
      readonly clockOffsetMs?: number | null
      readonly software: string
      readonly configRevision: number
      readonly configSha256?: string
      readonly trust: {
        readonly stage: "FRESH" | "STALE" | "DEGRADED" | "OVERDUE" | "STAFF" | "CLOSED"
        readonly version: number
        readonly manifestVersion: number | null
        readonly manifestAgeMs?: number | null
      }
      readonly journal: {
        readonly waiting: number
        readonly unsent?: number | null
        readonly disk: {
          readonly freeBytes: number
          readonly held: boolean
        } | null
      }
      readonly lanes: readonly ({
        readonly name: string
        readonly state: string
        readonly alarms: readonly (string)[]
        readonly unread?: {
          readonly CUT?: number
          readonly BROKEN?: number
          readonly TOO_LONG?: number
        }
        readonly lostReaders?: readonly (string)[]
        readonly modes?: {
          readonly entry: "controlled" | "free" | "closed"
          readonly exit: "controlled" | "free" | "closed"
          readonly maintenance: boolean
          readonly emergency: boolean
          readonly fareFree: boolean
          readonly timeFree: boolean
          readonly orderFree: boolean
          readonly trustDegraded: boolean
        }
      })[]
      readonly alarms?: readonly ({
        readonly lane: string
        readonly code: string
        readonly since: number
      })[]
      readonly recent?: {
        readonly verdicts: Readonly<Record<string, readonly (number)[]>>
        readonly passages: readonly (number)[]
        readonly scanToRelay: {
          readonly count: number
          readonly p50Ms: number
          readonly p99Ms: number
        } | null
      }
    }
    answer: undefined
  }
  'POST /v1/fleet/enrolments': {
    body: {
      readonly gate: string
      readonly station: string
    }
    answer: {
      readonly code: string
      readonly expiresAt: string
    }
  }
  'GET /v1/fleet/gates': {
    query: { retired?: "yes" | "no" }
    answer: {
      readonly rows: readonly ({
        readonly gate: string
        readonly station: string
        readonly enrolledAt: number
        readonly seenAt: number | null
        readonly retiredAt: number | null
        readonly epochs: readonly ({
          readonly epoch: string
          readonly next: number
        })[]
        readonly missing: readonly ({
          readonly epoch: string
          readonly from: number
          readonly to: number
          readonly why: "dropped" | "refused"
          readonly toldAt: number
        })[]
        readonly health: {
          readonly at: number
          readonly clock: "TRUSTED" | "UNCERTAIN"
          readonly clockOffsetMs?: number | null
          readonly software: string
          readonly configRevision: number
          readonly configSha256?: string
          readonly trust: {
            readonly stage: "FRESH" | "STALE" | "DEGRADED" | "OVERDUE" | "STAFF" | "CLOSED"
            readonly version: number
            readonly manifestVersion: number | null
            readonly manifestAgeMs?: number | null
          }
          readonly journal: {
            readonly waiting: number
            readonly unsent?: number | null
            readonly disk: {
              readonly freeBytes: number
              readonly held: boolean
            } | null
          }
          readonly lanes: readonly ({
            readonly name: string
            readonly state: string
            readonly alarms: readonly (string)[]
            readonly unread?: {
              readonly CUT?: number
              readonly BROKEN?: number
              readonly TOO_LONG?: number
            }
            readonly lostReaders?: readonly (string)[]
            readonly modes?: {
              readonly entry: "controlled" | "free" | "closed"
              readonly exit: "controlled" | "free" | "closed"
              readonly maintenance: boolean
              readonly emergency: boolean
              readonly fareFree: boolean
              readonly timeFree: boolean
              readonly orderFree: boolean
              readonly trustDegraded: boolean
            }
          })[]
          readonly alarms?: readonly ({
            readonly lane: string
            readonly code: string
            readonly since: number
          })[]
          readonly recent?: {
            readonly verdicts: Readonly<Record<string, readonly (number)[]>>
            readonly passages: readonly (number)[]
            readonly scanToRelay: {
              readonly count: number
              readonly p50Ms: number
              readonly p99Ms: number
            } | null
          }
          readonly receivedAt: number
          readonly ageMs: number
          readonly stale: boolean
        } | null
      })[]
    }
  }
  'GET /v1/fleet/gates/{id}/events': {
    params: { id: string }
    query: { epoch?: string; after?: string; limit?: string }
    answer: {
      readonly rows: readonly ({
        readonly epoch: string
        readonly seq: number
        readonly at: number
        readonly clock: "TRUSTED" | "UNCERTAIN"
        readonly lane: string
        readonly kind: "boot" | "stop" | "scan" | "grant" | "passage" | "annulled" | "alarm" | "mode" | "trust" | "clock" | "login" | "config" | "test" | "command"
        readonly bodyHash: string
        readonly body: string | null
        readonly hash: string
        readonly receivedAt: number
      })[]
      readonly next: number | null
    }
  }
  'GET /v1/fleet/stream': {
    answer: undefined
  }
  'POST /v1/fleet/gates/{id}/retire': {
    params: { id: string }
    body: {
      readonly reason: string
    }
    answer: {
      readonly retiredAt: number
    }
  }
  'GET /v1/fleet/gates/{id}/health': {
    params: { id: string }
    answer: {
      readonly rows: readonly ({
        readonly stage: "FRESH" | "STALE" | "DEGRADED" | "OVERDUE" | "STAFF" | "CLOSED"
        readonly clock: "TRUSTED" | "UNCERTAIN"
        readonly clockOffsetMs: number | null
        readonly queue: number | null
        readonly lanesServing: number
        readonly lanes: number
        readonly alarms: readonly (string)[]
        readonly software: string
        readonly verdicts: Readonly<Record<string, number>> | null
        readonly scanToRelayP99Ms: number | null
        readonly at: number
      })[]
    }
  }
  'GET /v1/fleet/trust': {
    answer: {
      readonly at: number
      readonly environment: "production" | "test"
      readonly document: {
        readonly version: number
        readonly issuedAt: number
        readonly expiresAt: number
        readonly threshold: number
        readonly roots: number
      }
      readonly manifest: {
        readonly version: number
        readonly madeAt: number
        readonly expiresAt: number
        readonly lists: number
      } | null
      readonly keys: readonly ({
        readonly kid: string
        readonly role: "root" | "issuer" | "status" | "time" | "config" | "release"
        readonly passClass?: "phone" | "paper"
        readonly environment?: "production" | "test"
        readonly from: number
        readonly to: number
        readonly state: "current" | "future" | "past" | "denied"
        readonly held: boolean
      })[]
      readonly denied: readonly ({
        readonly kid: string
        readonly at: number
      })[]
    }
  }
  'POST /v1/trust/publish': {
    body: {
      readonly reason: string
    }
    answer: {
      readonly manifestVersion: number
      readonly madeAt: number
    }
  }
  'GET /v1/fleet/duplicates': {
    query: { since?: string; until?: string }
    answer: {
      readonly rows: readonly ({
        readonly kind: "CODE_TWICE" | "INSIDE_TWICE"
        readonly cti: string
        readonly station: string
        readonly area: string
        readonly first: {
          readonly gate: string
          readonly lane: string
          readonly epoch: string
          readonly seq: number
          readonly at: number
        }
        readonly second: {
          readonly gate: string
          readonly lane: string
          readonly epoch: string
          readonly seq: number
          readonly at: number
        }
      })[]
      readonly complete: boolean
    }
  }
  'POST /v1/desk/certificates': {
    body: {
      readonly person: {
        readonly name: string
        readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
        readonly documentNumber: string
      }
      readonly reason: string
      readonly replaceActive?: boolean
    }
    answer: {
      readonly certificate: {
        readonly id: string
        readonly validFrom: string
        readonly validUntil: string
      }
      readonly claim: {
        readonly code: string
        readonly expiresAt: string
      }
      readonly warnings: readonly (string)[]
      readonly readings: readonly ({
        readonly field: "name" | "documentNumber"
        readonly as: string
        readonly told: {
          readonly zh: string
          readonly en: string
        }
      })[]
    } | {
      readonly approval: {
        readonly id: string
        readonly expiresAt: string
      }
      readonly warnings: readonly (string)[]
      readonly readings: readonly ({
        readonly field: "name" | "documentNumber"
        readonly as: string
        readonly told: {
          readonly zh: string
          readonly en: string
        }
      })[]
    }
  }
  'POST /v1/desk/certificates/{id}/revoke': {
    params: { id: string }
    body: {
      readonly reason: string
    }
    answer: {
      readonly certificate: {
        readonly id: string
        readonly state: "revoked"
      }
      readonly manifestVersion: number | null
    }
  }
  'POST /v1/desk/certificates/{id}/paper': {
    params: { id: string }
    body: {
      readonly reason: string
    }
    answer: {
      readonly code: string
      readonly passExpiresAt: string
    }
  }
  'GET /v1/desk/approvals': {
    query: { state?: "waiting" | "approved" | "declined" | "expired"; before?: string; limit?: string }
    answer: {
      readonly rows: readonly (Approval)[]
      readonly next: string | null
    }
  }
  'GET /v1/desk/approvals/{id}': {
    params: { id: string }
    answer: {
      readonly approval: Approval
      readonly claim: {
        readonly code: string
        readonly expiresAt: string
      } | null
    }
  }
  'POST /v1/desk/approvals/{id}/approve': {
    params: { id: string }
    body: {
      readonly reason: string
    }
    answer: {
      readonly approval: {
        readonly id: string
        readonly state: "approved"
      }
      readonly certificate: {
        readonly id: string
      }
    }
  }
  'POST /v1/desk/approvals/{id}/decline': {
    params: { id: string }
    body: {
      readonly reason: string
    }
    answer: {
      readonly approval: {
        readonly id: string
        readonly state: "declined"
      }
    }
  }
  'POST /v1/people/lookup': {
    body: {
      readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
      readonly documentNumber: string
    }
    answer: {
      readonly onFile: boolean
      readonly documents: number
      readonly maskedName: string | null
      readonly certificate: {
        readonly id: string
        readonly channel: "desk" | "phone"
        readonly validFrom: string
        readonly validUntil: string
      } | null
      readonly quota: {
        readonly month: string
        readonly used: number
        readonly max: number
      }
      readonly approval: {
        readonly id: string
        readonly expiresAt: string
      } | null
      readonly faceChecks: {
        readonly used: number
        readonly max: number
        readonly lockedUntil: string | null
      }
      readonly warnings: readonly (string)[]
      readonly readings: readonly ({
        readonly field: "name" | "documentNumber"
        readonly as: string
        readonly told: {
          readonly zh: string
          readonly en: string
        }
      })[]
    }
  }
  'POST /v1/people/number': {
    body: {
      readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
      readonly documentNumber: string
    }
    answer: {
      readonly documentNumber: string
    }
  }
  'POST /v1/people/unlock': {
    body: {
      readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
      readonly documentNumber: string
      readonly reason: string
    }
    answer: {
      readonly lifted: boolean
    }
  }
  'POST /v1/people/photo': {
    body: {
      readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
      readonly documentNumber: string
    }
    answer: {
      readonly photo: string
    }
  }
  'POST /v1/appeals': {
    body: {
      readonly application: string
      readonly text: string
      readonly contact?: string
    }
    answer: {
      readonly appeal: {
        readonly id: string
      }
    }
  }
  'GET /v1/appeals': {
    query: { resolved?: "true" | "false"; before?: string; limit?: string }
    answer: {
      readonly rows: readonly (Appeal)[]
      readonly next: string | null
    }
  }
  'POST /v1/appeals/{id}/take': {
    params: { id: string }
    body: Readonly<Record<string, unknown>>
    answer: {
      readonly appeal: {
        readonly id: string
        readonly text: string
        readonly contact: string | null
      }
      readonly person: {
        readonly name: string
        readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
        readonly documentNumber: string
      }
    }
  }
  'POST /v1/appeals/{id}/resolve': {
    params: { id: string }
    body: {
      readonly outcome: "upheld" | "rejected"
      readonly note: string
    }
    answer: {
      readonly appeal: {
        readonly id: string
        readonly state: "resolved"
      }
    }
  }
  'POST /v1/applications': {
    body: {
      readonly name: string
      readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
      readonly documentNumber: string
      readonly city: string
      readonly consent: true
      readonly guardianConsent?: boolean
    }
    answer: {
      readonly application: {
        readonly id: string
        readonly expiresAt: string
      }
      readonly warnings: readonly (string)[]
      readonly readings: readonly ({
        readonly field: "name" | "documentNumber"
        readonly as: string
        readonly told: {
          readonly zh: string
          readonly en: string
        }
      })[]
    }
  }
  'POST /v1/applications/{id}/challenge': {
    params: { id: string }
    body: Readonly<Record<string, unknown>>
    answer: Challenge
  }
  'POST /v1/applications/{id}/face': {
    params: { id: string }
    body: Capture
    answer: Issued
  }
  'POST /v1/certificates/claim': {
    body: {
      readonly code: string
      readonly holderKey: P256PublicKey
    }
    answer: Issued
  }
  'GET /v1/certificates/{id}': {
    params: { id: string }
    answer: {
      readonly id: string
      readonly state: "active" | "expired" | "revoked" | "replaced" | "cancelled"
      readonly validFrom: string
      readonly validUntil: string
      readonly monthLeft: number
    }
  }
  'DELETE /v1/certificates/{id}': {
    params: { id: string }
    answer: {
      readonly id: string
      readonly state: "cancelled"
      readonly manifestVersion: number | null
    }
  }
  'POST /v1/certificates/{id}/challenge': {
    params: { id: string }
    body: Readonly<Record<string, unknown>>
    answer: Challenge
  }
  'POST /v1/certificates/{id}/passes': {
    params: { id: string }
    body: Capture
    answer: Issued
  }
  'POST /v1/checks': {
    body: {
      readonly code: string
      readonly purpose: string
      readonly name?: string
    }
    answer: {
      readonly accepted: true
      readonly readings: readonly ({
        readonly field: "name" | "documentNumber"
        readonly as: string
        readonly told: {
          readonly zh: string
          readonly en: string
        }
      })[]
      readonly certificate: {
        readonly id: string
        readonly validUntil: string
      }
      readonly person: {
        readonly name: string
        readonly documentType: "resident-id" | "residence-permit-hmt" | "travel-permit-hm" | "travel-permit-tw" | "foreign-permanent-id" | "passport"
        readonly documentNumber: string
      }
    } | {
      readonly accepted: false
      readonly readings: readonly ({
        readonly field: "name" | "documentNumber"
        readonly as: string
        readonly told: {
          readonly zh: string
          readonly en: string
        }
      })[]
      readonly reason: string
    }
  }
  'GET /v1/stations': {
    answer: {
      readonly stations: readonly ({
        readonly name: string
        readonly title: string
      })[]
    }
  }
  'GET /v1/trains': {
    query: { from: string; to: string; day: string }
    answer: {
      readonly trains: readonly ({
        readonly train: string
        readonly from: string
        readonly to: string
        readonly day: string
        readonly departsAt: string
        readonly arrivesAt: string
      })[]
    }
  }
  'GET /v1/desk/certificates/{id}/tickets': {
    params: { id: string }
    answer: {
      readonly tickets: readonly (Ticket)[]
    }
  }
  'POST /v1/tickets': {
    body: {
      readonly code: string
      readonly name?: string
      readonly train: string
      readonly from: string
      readonly to: string
      readonly day: string
      readonly seatClass?: string
      readonly price?: number
    }
    answer: {
      readonly ticket: Ticket
    }
  }
  'POST /v1/tickets/{id}/refund': {
    params: { id: string }
    body: {
      readonly code: string
      readonly name?: string
    }
    answer: {
      readonly ticket: Ticket
    }
  }
  'POST /v1/tickets/{id}/change': {
    params: { id: string }
    body: {
      readonly code: string
      readonly name?: string
      readonly train: string
      readonly from: string
      readonly to: string
      readonly day: string
      readonly seatClass?: string
      readonly price?: number
    }
    answer: {
      readonly ticket: Ticket
    }
  }
  'GET /v1/audit': {
    query: { before?: string; limit?: string; actor?: string; action?: string; subject?: string; from?: string; to?: string }
    answer: {
      readonly rows: readonly ({
        readonly id: string
        readonly at: number
        readonly actor: string
        readonly name: string | null
        readonly action: string
        readonly subject: string
        readonly detail: Readonly<Record<string, unknown>>
      })[]
      readonly next: string | null
    }
  }
  'GET /v1/audit/export': {
    query: { format?: "csv" | "ndjson"; actor?: string; action?: string; subject?: string; from?: string; to?: string }
    answer: undefined
  }
  'GET /v1/retention/reports': {
    query: { before?: string; limit?: string }
    answer: {
      readonly rows: readonly ({
        readonly number: number
        readonly series?: string
        readonly previous?: string
        readonly from: number
        readonly until: number
        readonly by: string
        readonly kept: {
          readonly certificateDays: number
          readonly ticketDays: number
          readonly journalDays: number
          readonly auditDays: number
        }
        readonly counts: Readonly<Record<string, number>>
        readonly erased?: {
          readonly how: "overwritten" | "vacuumed"
          readonly done: boolean
        }
        readonly kid: string
      })[]
      readonly next: number | null
    }
  }
  'GET /v1/retention/reports/{number}': {
    params: { number?: string }
    answer: undefined
  }
  'GET /v1/staff/sign-in-ways': {
    answer: {
      readonly password: true
      readonly oidc: {
        readonly name: string
      } | null
    }
  }
  'POST /v1/auth/sign-in/oidc': {
    body: {
      readonly returnTo: string
    }
    answer: {
      readonly url: string
    }
  }
  'GET /v1/auth/callback/oidc': {
    answer: undefined
  }
  'GET /v1/staff/me': {
    answer: {
      readonly id: string
      readonly name: string
      readonly role: "agent" | "supervisor" | "technician" | "operator" | "auditor"
      readonly permissions: readonly ("certificate.issue" | "certificate.revoke" | "certificate.paper" | "approval.read" | "approval.decide" | "appeal.read" | "appeal.resolve" | "person.look" | "person.photo" | "person.unlock" | "check.identity" | "ticket.read" | "ticket.sell" | "ticket.refund" | "ticket.change" | "fleet.read" | "fleet.enrol" | "fleet.configure" | "trust.deny-key" | "trust.publish" | "audit.read" | "retention.read")[]
    }
  }
  'POST /v1/auth/sign-in/email': {
    body: {
      readonly email: string
      readonly password: string
    }
    answer: {
      readonly twoFactorRedirect?: boolean
    }
  }
  'POST /v1/auth/sign-out': {
    body: Readonly<Record<string, unknown>>
    answer: Readonly<Record<string, unknown>>
  }
  'GET /v1/auth/get-session': {
    answer: Readonly<Record<string, unknown>> | null
  }
  'POST /v1/auth/change-password': {
    body: {
      readonly currentPassword: string
      readonly newPassword: string
      readonly revokeOtherSessions?: boolean
    }
    answer: Readonly<Record<string, unknown>>
  }
  'POST /v1/auth/two-factor/enable': {
    body: {
      readonly password: string
    }
    answer: {
      readonly totpURI: string
      readonly backupCodes: readonly (string)[]
    }
  }
  'POST /v1/auth/two-factor/verify-totp': {
    body: {
      readonly code: string
    }
    answer: Readonly<Record<string, unknown>>
  }
  'POST /v1/auth/two-factor/verify-backup-code': {
    body: {
      readonly code: string
    }
    answer: Readonly<Record<string, unknown>>
  }
  'POST /v1/auth/two-factor/generate-backup-codes': {
    body: {
      readonly password: string
    }
    answer: {
      readonly backupCodes: readonly (string)[]
    }
  }
  'GET /docs': {
    answer: undefined
  }
}
