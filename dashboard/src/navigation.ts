/** The sidebar and the palette: every page once, in the order of the four groups. */

import type { JsonRoute } from '@tollgate/client';
import {
  Bell,
  Bot,
  Boxes,
  Building2,
  ChartColumn,
  FileText,
  Gauge,
  KeyRound,
  Layers,
  LayoutDashboard,
  List,
  type LucideIcon,
  MessagesSquare,
  Plug,
  Radio,
  Rocket,
  ScrollText,
  Settings,
  Split,
  Tag,
  TrendingUp,
  UserRound,
  Users,
  Wallet,
} from 'lucide-react';

export type Group = 'Observe' | 'Build' | 'Money' | 'Manage';
export const groups: readonly Group[] = ['Observe', 'Build', 'Money', 'Manage'];

export interface Page {
  readonly group: Group;
  readonly label: string;
  /** Its address in routes.tsx. */
  readonly to: string;
  readonly icon: LucideIcon;
  /** After `g`: one letter, each once. */
  readonly key?: string;
  /** Shown to whoever may ask this route; absent: to everybody. */
  readonly needs?: JsonRoute;
  /** Other words by which somebody might look for it. */
  readonly words?: string;
}

/**
 * Letters after `g`: o overview, l live, r requests, s sessions, c costs, p playground, k keys, m models, t routes,
 * v providers, w wallet, n plans, i invoices, b budgets, a alerts, e members, u audit, x settings.
 */
export const pages: readonly Page[] = [
  {
    group: 'Observe',
    label: 'Overview',
    to: '/overview',
    icon: LayoutDashboard,
    key: 'o',
    words: 'home figures spend errors health',
  },
  { group: 'Observe', label: 'Live', to: '/live', icon: Radio, key: 'l', words: 'now running stream' },
  {
    group: 'Build',
    label: 'Playground',
    to: '/playground',
    icon: MessagesSquare,
    key: 'p',
    needs: 'POST /playground/keys',
    words: 'try chat compare models tools',
  },
  { group: 'Observe', label: 'Requests', to: '/requests', icon: List, key: 'r', words: 'logs usage export errors' },
  { group: 'Observe', label: 'Sessions', to: '/sessions', icon: Bot, key: 's', words: 'agents runs turns' },
  {
    group: 'Observe',
    label: 'Costs',
    to: '/costs',
    icon: ChartColumn,
    key: 'c',
    words: 'spend by model key project tag customer export csv',
  },
  {
    group: 'Build',
    label: 'Keys',
    to: '/keys',
    icon: KeyRound,
    key: 'k',
    words: 'secrets tokens access rotate revoke pause limits',
  },
  {
    group: 'Build',
    label: 'Providers',
    to: '/providers',
    icon: Plug,
    key: 'v',
    needs: 'GET /organizations/{organizationId}/provider-keys',
    words: 'upstreams credentials keys health test connection vendors',
  },
  {
    group: 'Build',
    label: 'First request',
    to: '/start',
    icon: Rocket,
    needs: 'POST /keys',
    words: 'guide start onboarding quickstart',
  },
  {
    group: 'Build',
    label: 'Models',
    to: '/models',
    icon: Boxes,
    key: 'm',
    words: 'prices catalogue context capabilities discover import',
  },
  {
    group: 'Build',
    label: 'Routes',
    to: '/routes',
    icon: Split,
    key: 't',
    needs: 'GET /routes',
    words: 'fallback targets strategy simulate decision',
  },
  { group: 'Money', label: 'Wallet', to: '/wallet', icon: Wallet, key: 'w', words: 'balance top up credit money card' },
  { group: 'Money', label: 'Plans', to: '/plans', icon: Layers, key: 'n', words: 'subscription month' },
  { group: 'Money', label: 'Invoices', to: '/invoices', icon: FileText, key: 'i', words: 'receipts bills tax pdf' },
  { group: 'Money', label: 'Budgets', to: '/budgets', icon: Gauge, key: 'b', words: 'limits spend' },
  { group: 'Money', label: 'Alerts', to: '/alerts', icon: Bell, key: 'a', words: 'webhooks mail rules notifications' },
  {
    group: 'Money',
    label: 'Sale prices',
    to: '/prices',
    icon: Tag,
    needs: 'GET /prices',
    words: 'markup resell rates',
  },
  {
    group: 'Money',
    label: 'Margin',
    to: '/margin',
    icon: TrendingUp,
    needs: 'GET /margin',
    words: 'profit revenue cost',
  },
  {
    group: 'Manage',
    label: 'Audit',
    to: '/audit',
    icon: ScrollText,
    key: 'u',
    needs: 'GET /audit',
    words: 'log history changes who did what',
  },
  {
    group: 'Manage',
    label: 'Customers',
    to: '/customers',
    icon: Building2,
    needs: 'POST /organizations',
    words: 'organizations tenants open as',
  },
  {
    group: 'Manage',
    label: 'End users',
    to: '/end-users',
    icon: UserRound,
    words: 'people data export erase privacy gdpr',
  },
  {
    group: 'Manage',
    label: 'Members',
    to: '/members',
    icon: Users,
    key: 'e',
    words: 'people roles invitations team owner',
  },
  {
    group: 'Manage',
    label: 'Settings',
    to: '/settings',
    icon: Settings,
    key: 'x',
    words: 'time zone retention content prompts erase drift file export yaml master key rotation appearance colour',
  },
];
