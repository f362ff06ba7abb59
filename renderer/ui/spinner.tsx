import { LoaderCircle } from 'lucide-react';

export function Spinner({ size = 16, label }: { readonly size?: number; readonly label?: string }) {
  return <LoaderCircle size={size} strokeWidth={2} className="animate-spin text-current" role={label ? 'status' : undefined} aria-label={label} aria-hidden={label ? undefined : true} />;
}
