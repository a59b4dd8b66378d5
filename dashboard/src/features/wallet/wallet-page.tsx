import { PageHeader } from '@/components/page-header.tsx';

export function WalletPage() {
  return <PageHeader title="Wallet">What there is to spend, where it came from, and what it went for.</PageHeader>;
}
