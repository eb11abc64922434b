/** States of the fleet's page around new gates, trust and the audit. */
import type { FleetState } from './fleet-state.ts'

export const FLEET_ADMIN: readonly FleetState[] = [
  {
    name: 'enrol, names that can not be',
    role: 'operator',
    hash: '#/enrol',
    shows: 'enrol-gate.name',
    async reach({ type, press }) {
      await type('enrol-gate.gate', 'nörth')
      await press('enrol-gate.do')
    },
  },
  {
    name: 'enrol, the code',
    role: 'operator',
    hash: '#/enrol',
    shows: 'enrol-gate.until',
    async reach({ type, press }) {
      await type('enrol-gate.gate', 'east-1')
      await type('enrol-gate.station', 'east')
      await press('enrol-gate.do')
    },
  },
  { name: 'enrol, for a technician', role: 'technician', hash: '#/enrol', shows: 'act.forbidden' },
  { name: 'trust', role: 'operator', hash: '#/trust', shows: 'trust.keys' },
  { name: 'trust, for an auditor', role: 'auditor', hash: '#/trust', shows: 'deny.forbidden' },
  {
    name: 'a key is to be denied',
    role: 'operator',
    hash: '#/trust',
    shows: 'act.reason.none',
    async reach({ shows, press }) {
      await shows('trust.keys')
      await press('deny.open')
      await press('deny.do')
    },
  },
  {
    name: 'a manifest is published',
    role: 'operator',
    hash: '#/trust',
    shows: 'act.close',
    async reach({ shows, press, type }) {
      await shows('trust.keys')
      await press('publish.open')
      await type('act.reason', 'after the restore')
      await press('publish.do')
    },
  },
  { name: 'audit', role: 'auditor', hash: '#/audit', shows: 'audit.csv' },
  {
    name: 'audit, nothing found',
    role: 'operator',
    hash: '#/audit',
    shows: 'audit.none',
    async reach({ type, press }) {
      await type('audit.action', 'fleet.nothing')
      await press('audit.search')
    },
  },
  { name: 'audit, for a technician', role: 'technician', hash: '#/audit', shows: 'act.forbidden' },
]
