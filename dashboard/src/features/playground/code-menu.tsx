/** The conversation as a request that a program sends. */
import { Code } from 'lucide-react';
import { useState } from 'react';
import { CopyButton } from '@/components/copy-button.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Dialog, DialogBody, DialogContent, DialogTrigger } from '@/components/ui/dialog.tsx';
import { Tabs, TabsList, TabsPanel, TabsTab } from '@/components/ui/tabs.tsx';
import { type Ask, bodyOf } from './conversation.ts';
import { type Language, snippet } from './snippets.ts';

const languages: readonly (readonly [Language, string])[] = [
  ['curl', 'curl'],
  ['python', 'Python'],
  ['node', 'Node'],
];

export function CodeMenu({ ask }: { ask: Ask }) {
  const [language, setLanguage] = useState<Language>('curl');
  const last = ask.messages.findLastIndex(({ role }) => role !== 'assistant');
  const messages = ask.messages.slice(0, last + 1);
  const asked = messages.length > 0 ? messages : [{ role: 'user' as const, text: 'Hello', images: [] }];
  return (
    <Dialog>
      <DialogTrigger render={<Button variant="outline" />}>
        <Code aria-hidden /> Code
      </DialogTrigger>
      <DialogContent
        className="max-w-2xl"
        title="This request in a program"
        description="It takes a key of your own from TOLLGATE_KEY."
      >
        <DialogBody>
          <Tabs value={language} onValueChange={(value) => setLanguage(value as Language)}>
            <TabsList>
              {languages.map(([value, label]) => (
                <TabsTab key={value} value={value}>
                  {label}
                </TabsTab>
              ))}
            </TabsList>
            {languages.map(([value]) => {
              const text = snippet(value, location.origin, bodyOf({ ...ask, messages: asked }));
              return (
                <TabsPanel key={value} value={value} className="relative">
                  <pre
                    tabIndex={0}
                    className="max-h-96 overflow-auto rounded-md border bg-muted p-3 pr-10 font-mono text-xs leading-5"
                  >
                    {text}
                  </pre>
                  <CopyButton text={text} label="Copy the code" className="absolute top-5.5 right-1.5" />
                </TabsPanel>
              );
            })}
          </Tabs>
        </DialogBody>
      </DialogContent>
    </Dialog>
  );
}
