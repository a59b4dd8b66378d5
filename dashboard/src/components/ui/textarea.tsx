import type { ComponentProps } from 'react';
import { cn } from '@/lib/classes.ts';
import { fieldClasses } from './input.tsx';

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea className={cn(fieldClasses, 'h-auto min-h-20 py-1.5 leading-5', className)} {...props} />;
}
