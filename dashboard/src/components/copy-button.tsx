import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button, type ButtonProps } from './ui/button.tsx';

const shownMs = 1_500;

/** Copies, and says so. `onCopied`: for windows that must know. With `children` it is a button with words. */
export function CopyButton({
  text,
  label = 'Copy',
  onCopied,
  children,
  ...props
}: ButtonProps & { text: string; label?: string; onCopied?: () => void }) {
  const [copied, setCopied] = useState(false);
  const Icon = copied ? Check : Copy;
  async function copy() {
    await copyText(text);
    setCopied(true);
    onCopied?.();
    setTimeout(() => setCopied(false), shownMs);
  }
  return (
    <Button
      variant={children === undefined ? 'ghost' : 'outline'}
      size={children === undefined ? 'icon-sm' : 'default'}
      onClick={copy}
      {...(children === undefined && { 'aria-label': copied ? 'Copied' : label, title: label })}
      {...props}
    >
      <Icon className={copied ? 'size-3.5 text-good' : 'size-3.5'} aria-hidden />
      {children}
    </Button>
  );
}

/** Without a secure context (plain http on another machine) there is no clipboard; a selection still works there. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'fixed opacity-0';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
