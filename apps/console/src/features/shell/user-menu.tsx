'use client';
import { Menu, MenuItem, MenuLabel, MenuRadio, MenuRule } from '@margay/ui';
import { signOut } from 'next-auth/react';
import { useState } from 'react';
import { chooseTheme, chosenTheme, type Theme } from '../../client/theme.ts';
import { paths } from './paths.ts';
import { useShell } from './shell-context.tsx';

const OPTIONS = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

/** Theme and the way out. */
export function UserMenu() {
  const { user, version } = useShell();
  return (
    <Menu
      trigger={
        <button type="button" className="nav-user" aria-label={`Account ${user.email}`}>
          <span className="cut" title={`${user.name}, ${user.email}`}>
            {user.email}
          </span>
        </button>
      }
    >
      <MenuLabel>Theme</MenuLabel>
      <ThemeChoice />
      <MenuRule />
      <MenuItem icon="out" onSelect={() => void leave()}>
        Sign out
      </MenuItem>
      <MenuRule />
      <MenuLabel>Margay {version}</MenuLabel>
    </Menu>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  return (
    <MenuRadio
      value={theme}
      options={OPTIONS}
      onChange={(next) => {
        setTheme(next);
        chooseTheme(next);
      }}
    />
  );
}

async function leave(): Promise<void> {
  await signOut({ redirect: false });
  // A full load, so that nothing of the session stays in memory.
  window.location.assign(paths.signIn);
}
