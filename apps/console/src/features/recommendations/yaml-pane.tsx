'use client';
import { Button, CommandLine, CopyButton, copyText, useKeys, useToast, YamlView } from '@margay/ui';
import { safeFileName, saveFile } from '../../client/save-file.ts';

/** The policy as it goes to kubectl. */
export function YamlPane({
  yaml,
  name,
  marked,
}: {
  yaml: string;
  name: string;
  marked: ReadonlySet<number> | undefined;
}) {
  const file = safeFileName(`${name}.yaml`);
  const say = useToast();
  useKeys([{ keys: 'c', run: () => void copyText(yaml).then(() => say('Copied the YAML')) }]);
  return (
    <>
      <div className="yaml-head">
        <span className="strong small cut" title={file}>
          {file}
        </span>
        <span className="grow" />
        <CopyButton text={yaml} kind="quiet" size="s" aria-label="Copy YAML" />
        <Button
          size="s"
          kind="quiet"
          icon="download"
          aria-label="Download YAML"
          onClick={() => saveFile(file, 'application/yaml', yaml)}
        >
          Download
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className="yaml-body scroll" aria-label={file} tabIndex={0} data-testid="yaml">
        <YamlView text={yaml} marked={marked} />
      </section>
      <div className="yaml-foot">
        <CommandLine command={`kubectl apply -f ${file}`} />
      </div>
    </>
  );
}
